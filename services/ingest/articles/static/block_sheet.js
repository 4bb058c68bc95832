// A table's cells from a workbook on this machine: it is read at the newsroom, and put into the field as a paste would be.

import { button, make } from "./block_parts.js";
import { Away, ask } from "./net.js";

const MAX_BYTES = 10_000_000;
const DEADLINE_MS = 150_000;
const CUT = "Bảng dài hoặc rộng hơn một bảng trong bài nên chỉ lấy phần đầu.";

export function workbook(control) {
  const whole = make("div", "stack");
  const said = make("div", "row");
  said.setAttribute("role", "status");
  const label = make("label", "button mini", "Lấy từ tệp Excel…");
  const input = Object.assign(make("input", "sr"), { type: "file", accept: ".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" });
  input.setAttribute("aria-label", "Lấy bảng từ tệp Excel");
  label.append(input);
  const tell = (words, kind = "small") => said.replaceChildren(make("p", kind, words));

  const put = ({ name, rows, is_cut: isCut }) => {
    const words = rows.map((cells) => cells.join("\t")).join("\n");
    control.focus();
    control.select();
    // Typed in, so that Ctrl+Z brings back what stood there.
    if (!document.execCommand("insertText", false, words)) control.value = words;
    control.scrollTop = 0;
    tell(`Đã lấy trang tính “${name}”: ${rows.length} dòng, ${rows[0].length} cột.${isCut ? ` ${CUT}` : ""}`);
  };

  input.addEventListener("change", async () => {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    if (file.size > MAX_BYTES) return tell("Tệp lớn quá 10 MB.", "fault");
    tell("Đang đọc…");
    try {
      const headers = { "Content-Type": "application/octet-stream" };
      const { sheets } = await ask("/desk/khoi/bang-tinh", { method: "POST", body: file, headers, signal: AbortSignal.timeout(DEADLINE_MS) });
      if (sheets.length === 1) return put(sheets[0]);
      said.replaceChildren(make("span", "small", "Lấy trang tính nào?"), ...sheets.map((sheet) => button(sheet.name, () => put(sheet))));
      said.querySelector("button").focus();
    } catch (error) {
      const told = error.told?.errors?.[0]?.message ?? error.message;
      tell(error instanceof Away ? "Mất kết nối nên chưa đọc được tệp; hãy thử lại." : told, "fault");
    }
  });
  const row = make("div", "row");
  row.append(label);
  whole.append(row, said);
  return whole;
}
