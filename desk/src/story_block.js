// A story block in the text: one whole thing, shown as readers will see it, changed in its form.

import { Node } from "@tiptap/core";
import { closeHistory } from "@tiptap/pm/history";
import { NodeSelection } from "@tiptap/pm/state";

import { buttonOf, moveBlock } from "./moving.js";

const elementOf = (html) => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild ?? document.createElement("figure");
};
// Asked once for all cards that show the same.
const seen = new Map();

// `look(html)` tells { label, view, fields } of a block, `edit(html)` a new one or null.
export const storyBlock = ({ look, edit }) =>
  Node.create({
    name: "storyBlock",
    group: "block",
    atom: true,
    draggable: true,
    priority: 1000,
    addAttributes: () => ({ html: { default: "", rendered: false, parseHTML: (element) => element.outerHTML } }),
    parseHTML: () => ["figure", "aside"].map((tag) => ({ tag: `${tag}[data-block]`, priority: 100 })),
    renderHTML: ({ node }) => elementOf(node.attrs.html),
    renderText: ({ node }) => elementOf(node.attrs.html).textContent,
    addNodeView: () => (given) => new Card(given, { look, edit }),
  });

class Card {
  constructor({ node, editor, getPos }, { look, edit }) {
    Object.assign(this, { node, editor, getPos, look });
    this.dom = document.createElement("div");
    this.dom.className = "story-card";
    this.dom.contentEditable = "false";
    this.label = document.createElement("strong");
    this.view = document.createElement("div");
    this.view.className = "story-view story prose";
    this.view.inert = true;
    const head = document.createElement("div");
    head.className = "story-head";
    this.change = buttonOf("edit", "Sửa", async () => {
      const html = await edit(this.node.attrs.html);
      if (html) this.with((tr, at) => tr.setNodeMarkup(at, null, { html }), "edit");
    });
    head.append(
      this.label,
      ...(editor.isEditable
        ? [
            this.change,
            buttonOf("up", "Lên", () => this.move(-1)),
            buttonOf("down", "Xuống", () => this.move(1)),
            buttonOf("copy", "Nhân đôi", () => this.with((tr, at) => tr.insert(at + this.node.nodeSize, this.node), "copy")),
            buttonOf("remove", "Xóa", () => { this.with((tr, at) => tr.delete(at, at + this.node.nodeSize)); editor.commands.focus(); }),
          ]
        : []),
    );
    this.dom.append(head, this.view);
    this.show();
  }

  async show() {
    const { html } = this.node.attrs;
    this.label.textContent = elementOf(html).dataset.block;
    if (!seen.has(html)) seen.set(html, this.look(html));
    try {
      const told = await seen.get(html);
      if (html !== this.node.attrs.html) return;
      this.label.textContent = told.label;
      this.view.innerHTML = told.view;
      this.change.hidden = !told.fields;
    } catch {
      // Its words are there without the server too; the next card asks again.
      seen.delete(html);
      this.view.textContent = elementOf(html).textContent;
    }
  }

  // The change of the document at this block; the button of the same name there keeps the focus.
  with(change, name) {
    const at = this.getPos();
    const { state, view } = this.editor;
    view.dispatch(change(closeHistory(state.tr), at));
    if (name) this.refocus(at, name);
  }

  refocus(at, name) {
    this.editor.view.nodeDOM(at)?.querySelector?.(`[data-story=${name}]`)?.focus();
  }

  move(step) {
    const to = moveBlock(this.editor, step, this.getPos());
    if (to !== null) this.refocus(to, step < 0 ? "up" : "down");
  }

  update(node) {
    if (node.type !== this.node.type) return false;
    const isChanged = node.attrs.html !== this.node.attrs.html;
    this.node = node;
    if (isChanged) this.show();
    return true;
  }

  stopEvent(event) {
    return event.target.closest?.("button") != null;
  }

  ignoreMutation() {
    return true;
  }
}

// Behind the block where the cursor stands, never in the middle of a sentence.
export function behind({ selection }) {
  return selection instanceof NodeSelection || !selection.$to.depth ? selection.to : selection.$to.after(1);
}
