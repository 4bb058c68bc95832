// A form drawn from a JSON schema: a control for each field, lists of parts that can be added, moved and taken away.

import { file, fileButtons, spot } from "./block_files.js";
import { button, group, make, titled } from "./block_parts.js";
import { workbook } from "./block_sheet.js";

const NUMBERED = (title, number) => `${title}: ${number}`;

// Returns { form, read(), refuse(error), focus(), close() }.
// `pickMedia(kind, take)` opens the store, null where there is none; `titleOf(url)` tells the headline of an article of the paper, "" for any other address.
export function blockForm(kind, values, { createRichField, pickMedia, titleOf }) {
  const form = document.createElement("form");
  form.className = "stack block-form";
  form.noValidate = true;
  const rich = new Set();
  const pictures = new Map();
  let ids = 0;
  const resolved = (schema) => {
    const known = schema.anyOf?.find((one) => one.type !== "null") ?? schema;
    const named = known.$ref && kind.fields.$defs[known.$ref.split("/").at(-1)];
    return { ...named, ...known, ...schema, isOptional: Boolean(schema.anyOf) };
  };

  // A labelled control; `path` is the place of its value, as a refusal names it.
  const field = (path, title, control) => {
    const row = make("div", "field");
    row.dataset.path = path;
    const label = make("label", "", title);
    control.id ||= `block-${(ids += 1)}`;
    label.htmlFor = control.id;
    row.append(label, control);
    return row;
  };

  const texts = {
    line: () => Object.assign(document.createElement("input"), { autocomplete: "off" }),
    prose: () => Object.assign(document.createElement("textarea"), { rows: 3 }),
  };

  function text(schema, path, value) {
    const control = texts[schema.format === "prose" ? "prose" : "line"]();
    control.value = value ?? schema.default ?? "";
    if (schema.maxLength) control.maxLength = schema.maxLength;
    control.required = Boolean(schema.minLength);
    return { row: field(path, titled(schema), control), read: () => control.value };
  }

  function choice(schema, path, value) {
    const control = document.createElement("select");
    for (const one of schema.enum) control.append(new Option(schema.labels?.[one] ?? one, one));
    control.value = value ?? schema.default;
    return { row: field(path, titled(schema), control), read: () => control.value };
  }

  function richText(schema, path, value) {
    const row = make("div", "field richtext small-rich");
    row.dataset.path = path;
    const place = document.createElement("div");
    row.append(make("span", "", titled(schema)), place);
    const editor = createRichField(place, { html: value ?? "", id: `block-${(ids += 1)}`, label: schema.title });
    rich.add(editor);
    return { row, read: editor.html };
  }

  function sheet(schema, path, value) {
    const control = texts.prose();
    const lines = value ? [value.columns, ...value.rows] : [];
    const sign = lines.flat().some((cell) => cell.includes("|")) ? "\t" : " | ";
    control.value = lines.map((cells) => cells.join(sign)).join("\n");
    control.rows = 8;
    control.className = "sheet";
    control.wrap = "off";
    const row = field(path, titled(schema), control);
    row.insertBefore(make("p", "hint", "Dán từ bảng tính (Excel, Google Sheets), hoặc gõ mỗi dòng một hàng, các ô cách nhau bằng dấu |. Dòng đầu là tên cột."), control);
    row.append(workbook(control));
    return {
      row,
      read() {
        const rows = control.value.split("\n").filter((line) => line.trim())
          .map((line) => line.split(line.includes("\t") ? "\t" : "|").map((cell) => cell.trim()));
        const wide = rows[0]?.length ?? 0;
        const [columns = [], ...rest] = rows.map((cells) => [...cells, ...Array(Math.max(0, wide - cells.length)).fill("")]);
        return { columns, rows: rest };
      },
    };
  }

  function link(schema, path, value) {
    const set = group(path, schema.title);
    const url = text({ title: "Địa chỉ (https://… hoặc bài của báo)", maxLength: 2000, minLength: 1 }, `${path}.url`, value?.url);
    const words = text({ title: "Tên hiện ra", maxLength: 500, minLength: 1 }, `${path}.words`, value?.words);
    const [address, shown] = [url, words].map((one) => one.row.querySelector("input"));
    address.addEventListener("change", async () => { if (!shown.value) shown.value ||= await titleOf(address.value); });
    set.append(url.row, words.row);
    if (schema.media) set.prepend(set.firstChild, fileButtons(schema.media, pickMedia, (media, name) => {
      address.value = media.url;
      shown.value ||= name;
      if (media.poster) form.dispatchEvent(new CustomEvent("poster", { detail: media.poster }));
    }));
    return { row: set, read: () => ({ url: url.read().trim(), words: words.read() }) };
  }

  function picture(schema, path, value) {
    const set = group(path, titled(schema));
    let url = value?.url ?? "";
    const thumb = make("img", "picture-thumb");
    thumb.alt = "";
    const alt = text({ title: "Mô tả cho người khiếm thị", maxLength: 1000 }, `${path}.alt`, value?.alt);
    const show = () => {
      thumb.hidden = !url;
      if (url) thumb.src = url;
      drop.hidden = !url || !schema.isOptional;
      pictures.set(path, url);
      form.dispatchEvent(new Event("picture"));
    };
    const pick = button("Chọn ảnh…", () => pickMedia("image", (media) => {
      url = media.url;
      alt.row.querySelector("input").value ||= media.alt || media.caption || "";
      show();
    }));
    pick.hidden = !pickMedia;
    const drop = button("Bỏ ảnh", () => { url = ""; show(); });
    const row = make("div", "row");
    row.append(pick, drop);
    set.append(thumb, row, alt.row);
    show();
    // The picture that stands for a file which was just chosen.
    if (schema.poster) form.addEventListener("poster", ({ detail }) => {
      if (url) return;
      url = detail.url;
      alt.row.querySelector("input").value ||= detail.alt;
      show();
    });
    return { row: set, read: () => (url || !schema.isOptional ? { url, alt: alt.read() } : null) };
  }

  function list(schema, path, values) {
    const set = group(path, schema.title);
    const place = make("div", "stack");
    const parts = [];
    const draw = () => {
      parts.forEach((part, at) => {
        part.box.querySelector("legend").textContent = NUMBERED(schema.title, at + 1);
        // The places of what is in it have moved along.
        for (const one of [part.box, ...part.box.querySelectorAll("[data-path]")]) {
          one.dataset.path = one.dataset.path.replace(part.path, `${path}.${at}`);
        }
        part.path = `${path}.${at}`;
      });
      place.append(...parts.map((part) => part.box));
      more.hidden = parts.length >= (schema.maxItems ?? 100);
    };
    const add = (value) => {
      const own = `${path}.${parts.length}`;
      const box = group(own, "");
      const part = { box, path: own, inside: fields(resolved(schema.items), own, value ?? {}) };
      const moved = (step) => {
        const at = parts.indexOf(part);
        if (!parts[at + step]) return;
        parts.splice(at + step, 0, ...parts.splice(at, 1));
        draw();
      };
      const row = make("div", "row");
      row.append(button("Lên", () => moved(-1)), button("Xuống", () => moved(1)), button("Bỏ", () => {
        parts.splice(parts.indexOf(part), 1);
        box.remove();
        draw();
        more.focus();
      }));
      box.append(...part.inside.rows, row);
      parts.push(part);
      return box;
    };
    const more = button("Thêm", () => { const box = add(); draw(); box.querySelector("input, textarea, [contenteditable=true]")?.focus(); });
    const first = values?.length ? values : Array(schema.minItems ?? 0).fill({});
    for (const value of first) add(value);
    set.append(place, more);
    draw();
    return { row: set, read: () => parts.map((part) => part.inside.read()) };
  }

  const CONTROLS = {
    rich: richText, sheet, link, picture,
    file: (...given) => file(...given, { form, text, pickMedia }),
    spot: (...given) => spot(...given, { form, field, pictures }),
  };

  function control(schema, path, value) {
    const own = resolved(schema);
    if (CONTROLS[own.format]) return CONTROLS[own.format](own, path, value);
    if (own.enum) return choice(own, path, value);
    return own.type === "array" ? list(own, path, value) : text(own, path, value);
  }

  function fields(schema, path, values) {
    const made = Object.entries(schema.properties).map(([name, one]) =>
      [name, control(one, path ? `${path}.${name}` : name, values[name])]);
    return {
      rows: made.map(([, one]) => one.row),
      read: () => Object.fromEntries(made.map(([name, one]) => [name, one.read()])),
    };
  }

  const whole = fields(kind.fields, "", values);
  form.append(...whole.rows);

  const forgive = () => {
    form.querySelectorAll("[data-refusal]").forEach((words) => words.remove());
    form.querySelectorAll("[aria-invalid]").forEach((input) => {
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
    });
  };
  return {
    form,
    read: whole.read,
    focus: () => form.querySelector("input, textarea, select, [contenteditable=true]")?.focus(),
    close: () => rich.forEach((editor) => editor.close()),
    refuse(error) {
      forgive();
      const faults = error.told?.errors?.length ? error.told.errors : [{ field: "", message: error.message }];
      faults.forEach(({ field: path, message }, at) => {
        const words = make("p", "fault", message);
        words.dataset.refusal = "";
        words.id = `block-refusal-${at}`;
        const place = placeOf(form, path);
        const input = place?.querySelector("input, textarea, select, [contenteditable=true]");
        input?.setAttribute("aria-invalid", "true");
        input?.setAttribute("aria-describedby", words.id);
        if (!place) words.setAttribute("role", "alert");
        (place ?? form).append(words);
        if (!at) (input ?? words).scrollIntoView({ block: "center" });
        if (!at) input?.focus();
      });
    },
  };
}

// "table.rows.3" is told at the table: the nearest place that the form has.
function placeOf(form, path) {
  for (let at = path; at; at = at.includes(".") ? at.slice(0, at.lastIndexOf(".")) : "") {
    const found = form.querySelector(`[data-path="${CSS.escape(at)}"]`);
    if (found) return found;
  }
  return null;
}
