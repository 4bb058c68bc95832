// Tables: with a caption that is written above them, and what is done with rows, columns and cells.

import { Table, TableKit, TableView } from "@tiptap/extension-table";

class CaptionedView extends TableView {
  constructor(node, cellMinWidth, view, attributes, getPos) {
    super(node, cellMinWidth, view, attributes);
    this.caption = document.createElement("input");
    Object.assign(this.caption, { className: "table-caption", placeholder: "Tên bảng", maxLength: 500, readOnly: !view.editable });
    this.caption.setAttribute("aria-label", "Tên bảng");
    this.caption.contentEditable = "false";
    this.caption.value = node.attrs.caption ?? "";
    this.caption.addEventListener("input", () => {
      const caption = this.caption.value.replace(/\s+/g, " ") || null;
      view.dispatch(view.state.tr.setNodeMarkup(getPos(), null, { ...this.node.attrs, caption }));
    });
    this.caption.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
    this.dom.prepend(this.caption);
  }

  update(node) {
    if (node.type !== this.node.type) return false;
    const { caption, ...others } = node.attrs;
    // Where only the caption is another one the field that it is written in stays.
    if (!node.hasMarkup(this.node.type, { ...others, caption: this.node.attrs.caption }, this.node.marks)) return false;
    const written = this.caption.value.replace(/\s+/g, " ") || null;
    if (caption !== written) this.caption.value = caption ?? "";
    this.node = node;
    return super.update(node);
  }

  stopEvent(event) {
    return event.target === this.caption;
  }
}

const CaptionedTable = Table.extend({
  addAttributes() {
    const caption = (table) => table.querySelector(":scope > caption")?.textContent.trim() || null;
    return { ...this.parent?.(), caption: { default: null, parseHTML: caption, rendered: false } };
  },
  parseHTML: () => [{ tag: "table" }, { tag: "caption", ignore: true }],
  renderHTML(given) {
    const [tag, attributes, ...parts] = this.parent(given);
    const caption = given.node.attrs.caption?.trim();
    return [tag, attributes, ...(caption ? [["caption", caption]] : []), ...parts];
  },
  addNodeView: () => ({ node, view, getPos, HTMLAttributes }) => new CaptionedView(node, 25, view, HTMLAttributes, getPos),
}).configure({ resizable: false });

export const TABLES = [TableKit.configure({ table: false }), CaptionedTable];

// The buttons of the table that the caret is in.
export const tableCommands = (chain) => [
  { name: "row-before", text: "↑ Hàng", title: "Thêm hàng phía trên", run: () => chain().addRowBefore().run() },
  { name: "row-after", text: "↓ Hàng", title: "Thêm hàng phía dưới", run: () => chain().addRowAfter().run() },
  { name: "row-delete", text: "✕ Hàng", title: "Bỏ hàng này", run: () => chain().deleteRow().run() },
  { name: "column-before", text: "← Cột", title: "Thêm cột bên trái", run: () => chain().addColumnBefore().run() },
  { name: "column-after", text: "→ Cột", title: "Thêm cột bên phải", run: () => chain().addColumnAfter().run() },
  { name: "column-delete", text: "✕ Cột", title: "Bỏ cột này", run: () => chain().deleteColumn().run() },
  { name: "merge", text: "Gộp, tách ô", title: "Gộp các ô đang chọn, hoặc tách ô đã gộp", run: () => chain().mergeOrSplit().run() },
  { name: "head-row", text: "Hàng đầu", title: "Hàng đầu là tên cột", run: () => chain().toggleHeaderRow().run() },
  { name: "head-column", text: "Cột đầu", title: "Cột đầu là tên hàng", run: () => chain().toggleHeaderColumn().run() },
  { name: "table-delete", text: "Bỏ bảng", title: "Bỏ cả bảng", run: () => chain().deleteTable().run() },
];
