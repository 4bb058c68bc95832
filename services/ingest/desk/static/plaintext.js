// The editor where none was built from npm packages: the browser's own editing with a few buttons.
// Same interface as desk/src/richtext.js: createEditor(element, options) → { html, text, insertImage, focus, isFigureOf }.

import { cleanPasted } from "./paste.js";
import { askForLink, toolbar } from "./toolbar.js";

export function createEditor(element, { html, labelledBy, editable, onChange, onFiles }) {
  element.innerHTML = "";
  const body = document.createElement("div");
  body.id = "richtext-body";
  body.className = "richtext-body";
  body.contentEditable = String(editable);
  body.setAttribute("role", "textbox");
  body.setAttribute("aria-multiline", "true");
  body.setAttribute("aria-labelledby", labelledBy);
  body.innerHTML = cleanPasted(html) || "<p><br></p>";
  element.append(body);
  document.execCommand("defaultParagraphSeparator", false, "p");

  const run = (name, value) => () => { body.focus(); document.execCommand(name, false, value); onChange(); };
  const refresh = toolbar(body, labelledBy, [
    { name: "bold", text: "B", title: "Đậm (Ctrl+B)", run: run("bold"), active: () => document.queryCommandState("bold") },
    { name: "italic", text: "I", title: "Nghiêng (Ctrl+I)", run: run("italic"), active: () => document.queryCommandState("italic") },
    { name: "h2", text: "H2", title: "Tít phụ", run: run("formatBlock", "h2") },
    { name: "p", text: "¶", title: "Đoạn thường", run: run("formatBlock", "p") },
    { name: "quote", text: "”", title: "Trích dẫn", run: run("formatBlock", "blockquote") },
    { name: "ul", text: "•", title: "Danh sách", run: run("insertUnorderedList") },
    { name: "ol", text: "1.", title: "Danh sách số", run: run("insertOrderedList") },
    { name: "link", text: "Liên kết", title: "Liên kết (Ctrl+K)", run: () => {
      const address = askForLink("");
      if (address !== null) run(address ? "createLink" : "unlink", address)();
    } },
    { name: "undo", text: "↶", title: "Hoàn tác (Ctrl+Z)", run: run("undo") },
    { name: "redo", text: "↷", title: "Làm lại (Ctrl+Y)", run: run("redo") },
  ]);

  // While a Vietnamese input method composes a letter nothing here touches the text.
  body.addEventListener("input", (event) => { if (!event.isComposing) onChange(); });
  body.addEventListener("compositionend", () => onChange());
  document.addEventListener("selectionchange", () => { if (body.contains(document.activeElement)) refresh(); });
  body.addEventListener("paste", (event) => {
    const files = [...event.clipboardData.files].filter((file) => file.type.startsWith("image/"));
    const pasted = event.clipboardData.getData("text/html");
    if (files.length && !pasted) { event.preventDefault(); onFiles(files); return; }
    if (!pasted) return;
    event.preventDefault();
    document.execCommand("insertHTML", false, cleanPasted(pasted));
  });

  return {
    html: () => body.innerHTML,
    text: () => body.innerText,
    focus: () => body.focus(),
    insertImage({ url, caption, alt }) {
      const figure = document.createElement("figure");
      const image = document.createElement("img");
      image.src = url;
      image.alt = alt;
      const words = document.createElement("figcaption");
      words.textContent = caption || "Chú thích";
      figure.append(image, words);
      const at = window.getSelection();
      const block = at.rangeCount && body.contains(at.anchorNode) ? topBlock(body, at.anchorNode) : null;
      if (block) block.after(figure);
      else body.append(figure);
      const after = document.createElement("p");
      after.append(document.createElement("br"));
      figure.after(after);
      onChange();
    },
  };
}

function topBlock(body, node) {
  while (node && node.parentNode !== body) node = node.parentNode;
  return node;
}
