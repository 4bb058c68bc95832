// A small editor for a field of a form: paragraphs, lists, emphasis, links.

import { Editor, Mark } from "@tiptap/core";
import StarterKit from "@tiptap/starter-kit";

import { cleanPasted } from "./paste.js";
import { askForLink, toolbar } from "./toolbar.js";

const OFF = ["heading", "blockquote", "code", "codeBlock", "horizontalRule", "strike", "underline"];
export const LINK = {
  openOnClick: false, autolink: false, linkOnPaste: true, HTMLAttributes: { rel: null, target: null, class: null },
};
export const mark = (name, tag) =>
  Mark.create({ name, parseHTML: () => [{ tag }], renderHTML: ({ HTMLAttributes }) => [tag, HTMLAttributes, 0] });

export function createRichField(element, { html, id, label }) {
  const editor = new Editor({
    element,
    extensions: [
      StarterKit.configure({ ...Object.fromEntries(OFF.map((name) => [name, false])), link: LINK }),
      mark("subscript", "sub"),
      mark("superscript", "sup"),
    ],
    content: html,
    injectCSS: false,
    editorProps: {
      attributes: { id, role: "textbox", "aria-multiline": "true", "aria-label": label, lang: "vi", spellcheck: "false" },
      transformPastedHTML: (pasted) => cleanPasted(pasted),
    },
  });
  const chain = () => editor.chain().focus();
  const link = () => {
    const address = askForLink(editor.getAttributes("link").href);
    if (address === null) return;
    if (address) chain().extendMarkRange("link").setLink({ href: address }).run();
    else chain().extendMarkRange("link").unsetLink().run();
  };
  const refresh = toolbar(element, id, [
    { name: "bold", text: "B", title: "Đậm", run: () => chain().toggleBold().run(), active: () => editor.isActive("bold") },
    { name: "italic", text: "I", title: "Nghiêng", run: () => chain().toggleItalic().run(), active: () => editor.isActive("italic") },
    { name: "ul", text: "•", title: "Danh sách", run: () => chain().toggleBulletList().run(), active: () => editor.isActive("bulletList") },
    { name: "ol", text: "1.", title: "Danh sách số", run: () => chain().toggleOrderedList().run(), active: () => editor.isActive("orderedList") },
    { name: "link", text: "Liên kết", title: "Liên kết", run: link, active: () => editor.isActive("link") },
  ]);
  editor.on("selectionUpdate", refresh);
  editor.on("update", refresh);
  return { html: () => (editor.isEmpty ? "" : editor.getHTML()), focus: () => editor.commands.focus(), close: () => editor.destroy() };
}
