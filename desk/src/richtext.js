// The desk's rich-text editor: TipTap (ProseMirror) with the structure that an article may have and nothing else.
// After a change here, in the other files of this folder or in a package: `make editor`, and commit what it builds.

import { createDocument, Editor, getHTMLFromFragment, Node } from "@tiptap/core";
import { Fragment } from "@tiptap/pm/model";
import { TextSelection } from "@tiptap/pm/state";
import StarterKit from "@tiptap/starter-kit";
import { diffIndices } from "node-diff3";

import { arrivals } from "./arrivals.js";
import { caretButton } from "./caret_button.js";
import { figure, showCredits } from "./figure.js";
import { alone } from "./history.js";
import { mended } from "./legacy.js";
import { Moving } from "./moving.js";
import { cleanPasted } from "./paste.js";
import { picturesOf } from "./pictures_of.js";
import { LINK, mark } from "./rich_field.js";
import { behind, storyBlock } from "./story_block.js";
import { TABLES, tableCommands } from "./tables.js";
import { askForLink, toolbar } from "./toolbar.js";

export { createRichField } from "./rich_field.js";

const Box = Node.create({
  name: "box",
  group: "block",
  content: "block+",
  defining: true,
  parseHTML: () => [{ tag: "aside" }],
  renderHTML: () => ["aside", 0],
});

const EXTENSIONS = [
  StarterKit.configure({
    heading: { levels: [2, 3, 4, 5, 6] },
    code: false,
    codeBlock: false,
    link: LINK,
  }),
  mark("subscript", "sub"),
  mark("superscript", "sup"),
  mark("cite", "cite"),
  mark("quote", "q"),
  ...TABLES,
  Box,
  Moving,
];

// Tables come with widths of their own; the page's policy forbids inline styles, and the browser complains of each.
const unstyled = (html) => html.replace(/<[a-z][^>]*>/g, (tag) => tag.replace(/ style="[^"]*"/, ""));
// A picture whose file is on the way is none yet.
const here = (html) => html.replace(/<figure data-waiting="[^"]*">(?:(?!<\/figure>)[\s\S])*<\/figure>/g, "");

// Whether white space stands before and behind the caret.
function spacesAround({ empty, $head }) {
  const { parent, parentOffset: at } = $head;
  if (!empty || !parent.isTextblock) return [false, false];
  const text = parent.textBetween(0, parent.content.size, "", "\ufffc");
  return [text[at - 1], text[at]].map((letter) => /\s/.test(letter ?? ""));
}

const keysOf = (doc) => doc.content.content.map((block) => JSON.stringify(block));

// A part of a document that is some blocks of it: where it begins, and what is in it.
function partOf(doc, first, length) {
  const blocks = doc.content.content;
  const at = blocks.slice(0, first).reduce((sum, block) => sum + block.nodeSize, 0);
  return { at, inside: Fragment.from(blocks.slice(first, first + length)) };
}

// The parts in which two documents differ, as [old, fresh], the last first. `folded` is the old one read from HTML again.
function differences(old, folded, fresh) {
  const before = folded.childCount === old.childCount ? folded : old;
  const found = diffIndices(keysOf(before), keysOf(fresh)).flatMap(({ buffer1: [from, many], buffer2: [to, others] }) =>
    many === others ? Array.from({ length: many }, (_one, at) => [from + at, 1, to + at, 1]) : [[from, many, to, others]]);
  return found.reverse().map(([from, many, to, others]) => [partOf(old, from, many), partOf(fresh, to, others)]);
}

// `blocks` are { insert(), edit(html), look(html) }: the forms of story blocks. `pictures` are { credits, pick(),
// upload(file, taken, failed) }: those of the story, null where the text takes none; `onLeftOut(number)` is told of
// pasted ones that can't be had.
export function createEditor(element, { html, labelledBy, editable, onChange, onMended, onLeftOut, pictures, blocks }) {
  element.innerHTML = "";
  const coming = arrivals(pictures?.upload, onLeftOut);
  const editor = new Editor({
    element,
    extensions: [
      ...EXTENSIONS,
      figure(pictures?.credits ?? null),
      storyBlock(blocks),
      ...(pictures ? [caretButton(element, pictures.pick)] : []),
    ],
    content: html,
    editable,
    // The page's own style sheet has the few rules that ProseMirror needs: its policy forbids inline styles.
    injectCSS: false,
    editorProps: {
      attributes: {
        id: "richtext-body", role: "textbox", "aria-multiline": "true", "aria-labelledby": labelledBy, lang: "vi", spellcheck: "false",
      },
      handleDOMEvents: { paste: (_view, event) => { coming.noted(event.clipboardData); return false; } },
      transformPastedHTML: (html) => cleanPasted(html, onMended, coming.inHtml),
      transformPastedText: (text) => {
        const [right, name] = mended(text);
        if (name) onMended([name]);
        return right;
      },
      handlePaste: (_view, event) => coming.pasted(event),
      handleDrop: (view, event, _slice, isMoved) => !isMoved && coming.dropped(view, event),
    },
    onUpdate: () => onChange(),
  });
  coming.begin(editor);

  const chain = () => editor.chain().focus();
  const link = () => {
    const address = askForLink(editor.getAttributes("link").href);
    if (address === null) return;
    if (address) chain().extendMarkRange("link").setLink({ href: address }).run();
    else chain().extendMarkRange("link").unsetLink().run();
  };
  const wide = (width) => {
    const isSo = editor.isActive("figure", { "data-width": width });
    return chain().updateAttributes("figure", { "data-width": isSo ? null : width }).run();
  };
  const insertBlock = async () => {
    const html = await blocks.insert();
    if (html) chain().command(alone).insertContentAt(behind(editor.state), { type: "storyBlock", attrs: { html } }).run();
  };
  const refresh = toolbar(element, "richtext-body", [
    { name: "bold", text: "B", title: "Đậm (Ctrl+B)", run: () => chain().toggleBold().run(), active: () => editor.isActive("bold") },
    { name: "italic", text: "I", title: "Nghiêng (Ctrl+I)", run: () => chain().toggleItalic().run(), active: () => editor.isActive("italic") },
    { name: "underline", text: "U", title: "Gạch chân (Ctrl+U)", run: () => chain().toggleUnderline().run(), active: () => editor.isActive("underline") },
    { name: "h2", text: "H2", title: "Tít phụ (Ctrl+Alt+2)", run: () => chain().toggleHeading({ level: 2 }).run(), active: () => editor.isActive("heading", { level: 2 }) },
    { name: "h3", text: "H3", title: "Tít nhỏ (Ctrl+Alt+3)", run: () => chain().toggleHeading({ level: 3 }).run(), active: () => editor.isActive("heading", { level: 3 }) },
    { name: "quote", text: "”", title: "Trích dẫn (Ctrl+Shift+B)", run: () => chain().toggleBlockquote().run(), active: () => editor.isActive("blockquote") },
    { name: "ul", text: "•", title: "Danh sách (Ctrl+Shift+8)", run: () => chain().toggleBulletList().run(), active: () => editor.isActive("bulletList") },
    { name: "ol", text: "1.", title: "Danh sách số (Ctrl+Shift+7)", run: () => chain().toggleOrderedList().run(), active: () => editor.isActive("orderedList") },
    { name: "box", text: "Hộp", title: "Hộp thông tin", run: () => chain().toggleWrap("box").run(), active: () => editor.isActive("box") },
    { name: "table", text: "Bảng", title: "Chèn bảng 3 × 3", run: () => chain().command(alone).insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run() },
    { name: "block", text: "+ Khối", title: "Chèn khối: dòng thời gian, biểu đồ, hỏi – đáp…", run: insertBlock },
    ...(pictures ? [{ name: "picture", text: "+ Ảnh", title: "Chèn ảnh ở con trỏ (Ctrl+Alt+P)", run: () => pictures.pick() }] : []),
    { name: "link", text: "Liên kết", title: "Liên kết (Ctrl+K)", run: link, active: () => editor.isActive("link") },
    { name: "clear", text: "Xóa dạng", title: "Xóa định dạng", run: () => chain().unsetAllMarks().run() },
    { name: "undo", text: "↶", title: "Hoàn tác (Ctrl+Z)", run: () => chain().undo().run() },
    { name: "redo", text: "↷", title: "Làm lại (Ctrl+Y)", run: () => chain().redo().run() },
  ]);
  const ofPicture = toolbar(element, "richtext-body", [
    { name: "wide", text: "Ảnh rộng", title: "Ảnh rộng hơn cột chữ", run: () => wide("wide"), active: () => editor.isActive("figure", { "data-width": "wide" }) },
    { name: "full", text: "Ảnh tràn", title: "Ảnh tràn hết chiều ngang trang", run: () => wide("full"), active: () => editor.isActive("figure", { "data-width": "full" }) },
  ], { label: "Ảnh trong chữ", isWanted: () => editor.isActive("figure") });
  const ofTable = toolbar(element, "richtext-body", tableCommands(chain), { label: "Bảng", isWanted: () => editor.isActive("table") });
  editor.on("transaction", () => { refresh(); ofPicture(); ofTable(); });
  element.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
      event.preventDefault();
      link();
    }
  });

  const parsed = (html) => createDocument(html, editor.schema);
  return {
    html: () => here(unstyled(editor.getHTML())),
    // As this editor would write the same text.
    normal: (html) => unstyled(getHTMLFromFragment(parsed(html).content, editor.schema)),
    // Another text in its place: only what differs is changed, so that the caret stays where somebody is writing.
    take(html) {
      const { state } = editor;
      const doc = parsed(html);
      const tr = state.tr.setMeta("addToHistory", false);
      for (const [old, fresh] of differences(state.doc, parsed(editor.getHTML()), doc)) {
        const start = old.inside.findDiffStart(fresh.inside);
        let { a, b } = old.inside.findDiffEnd(fresh.inside);
        const overlap = start - Math.min(a, b);
        if (overlap > 0) { a += overlap; b += overlap; }
        tr.replace(old.at + start, old.at + a, doc.slice(fresh.at + start, fresh.at + b));
      }
      // Reading HTML folds white space, that of a word just ended too, and the next word is typed there.
      const [before, behind] = spacesAround(state.selection);
      if (before && !spacesAround(tr.selection)[0]) tr.insertText(" ", tr.selection.head);
      if (behind && !spacesAround(tr.selection)[1]) {
        const at = tr.selection.head;
        tr.insertText(" ", at).setSelection(TextSelection.create(tr.doc, at));
      }
      editor.view.dispatch(tr);
    },
    text: () => editor.getText({ blockSeparator: "\n" }),
    focus: () => editor.commands.focus(),
    ...picturesOf(editor),
    showCredits,
  };
}
