// Fields of story blocks that are files of the store, and places on a picture.

import { button, group, make, titled } from "./block_parts.js";
import { uploader } from "./upload.js";

const KINDS = {
  video: { words: "video", accept: "video/mp4,video/webm" },
  audio: { words: "tệp âm thanh", accept: "audio/mpeg,audio/mp4,.mp3,.m4a" },
  text: { words: "tệp phụ đề", accept: "text/vtt,.vtt" },
  application: { words: "tệp PDF", accept: "application/pdf,.pdf" },
};
const named = (media) => media.caption || media.name.replace(/\.[^.]+$/, "");

// Buttons that take a file of a kind: one of the store, or one that is uploaded now.
export function fileButtons(kind, pickMedia, taken) {
  const { words, accept } = KINDS[kind];
  const row = make("div", "row");
  const said = make("ul", "rows");
  said.setAttribute("aria-live", "polite");
  const take = (media) => {
    if (media.type.startsWith(`${kind}/`)) return taken(media, named(media));
    said.append(make("li", "fault", `Tệp này không phải ${words}.`));
  };
  const label = make("label", "button mini", "Tải lên…");
  const input = Object.assign(make("input", "sr"), { type: "file", accept });
  input.setAttribute("aria-label", `Tải ${words} lên`);
  const upload = uploader(said, take);
  input.addEventListener("change", () => { said.replaceChildren(); upload(input.files); input.value = ""; });
  label.append(input);
  row.append(button(`Chọn ${words} trong kho…`, () => pickMedia(kind, take)), label);
  row.hidden = !pickMedia;
  const whole = make("div", "stack");
  whole.append(row, said);
  return whole;
}

// A file and what it is called.
export function file(schema, path, value, { form, text, pickMedia }) {
  const set = group(path, titled(schema));
  let url = value?.url ?? "";
  const shown = make("p", "small");
  const words = text({ title: "Tên hiện ra", maxLength: 500, minLength: 1 }, `${path}.words`, value?.words);
  const called = words.row.querySelector("input");
  const drop = button("Bỏ tệp", () => { url = called.value = ""; show(); });
  const show = () => {
    shown.textContent = url ? `Tệp: ${url.split("/").at(-1)}` : "Chưa có tệp.";
    drop.hidden = !url || !schema.isOptional;
  };
  set.append(shown, fileButtons(schema.media, pickMedia, (media, name) => {
    url = media.url;
    called.value ||= name;
    if (media.poster) form.dispatchEvent(new CustomEvent("poster", { detail: media.poster }));
    show();
  }), words.row, drop);
  show();
  return { row: set, read: () => (url || !schema.isOptional ? { url, words: words.read() } : null) };
}

// A place on a picture of the same form: two numbers, or a click there. `pictures` has the pictures' addresses by their
// places in the form, which says "picture" when one of them is another.
export function spot(schema, path, value, { form, field, pictures }) {
  const set = group(path, schema.title);
  const number = (name, title) => {
    const input = Object.assign(document.createElement("input"), { type: "number", min: 0, max: 100, step: 0.1, value: value?.[name] ?? 50 });
    input.addEventListener("input", show);
    return { input, row: field(`${path}.${name}`, title, input) };
  };
  const box = make("div", "spot-box");
  const image = Object.assign(make("img", ""), { alt: "", draggable: false });
  const dot = make("span", "spot-dot");
  box.append(image, dot);
  const across = number("x", "Từ mép trái, %");
  const down = number("y", "Từ mép trên, %");
  function show() {
    const url = pictures.get(schema.picture);
    box.hidden = !url;
    if (url) image.src = url;
    Object.assign(dot.style, { left: `${across.input.value}%`, top: `${down.input.value}%` });
  }
  box.addEventListener("click", (event) => {
    const area = image.getBoundingClientRect();
    across.input.value = Math.round((1000 * (event.clientX - area.left)) / area.width) / 10;
    down.input.value = Math.round((1000 * (event.clientY - area.top)) / area.height) / 10;
    show();
  });
  form.addEventListener("picture", show);
  const row = make("div", "row");
  row.append(across.row, down.row);
  set.append(make("p", "hint", "Bấm vào ảnh để đặt điểm, hoặc gõ số."), box, row);
  show();
  return { row: set, read: () => ({ x: across.input.valueAsNumber, y: down.input.valueAsNumber }) };
}
