// A picture in the text: one thing that is selected, moved and taken out; its caption is written under it, its credit
// is the story's own.

import { mergeAttributes, Node } from "@tiptap/core";
import { NodeSelection, TextSelection } from "@tiptap/pm/state";

import { buttonOf, moveBlock } from "./moving.js";

const attribute = (name, from) => ({ default: null, parseHTML: (element) => from(element)?.getAttribute(name) ?? null });
const imageOf = (element) => element.querySelector("img");

// Those that are shown, to be told of a credit that was changed elsewhere.
const shown = new Set();
export const showCredits = () => shown.forEach((picture) => picture.showCredit());

// `credits` are { of(url), write(url, words) }, null where pictures have none.
export const figure = (credits) =>
  Node.create({
    name: "figure",
    group: "block",
    content: "inline*",
    draggable: true,
    isolating: true,
    addAttributes: () => ({
      ...Object.fromEntries(["src", "alt", "width", "height", "data-width"].map((name) => [name, attribute(name, imageOf)])),
      // Its file is on the way; whoever asks for the text gets it without.
      waiting: { ...attribute("data-waiting", (element) => element), rendered: false },
    }),
    parseHTML: () => [
      { tag: "figure", contentElement: (element) => element.querySelector("figcaption") ?? document.createElement("p") },
    ],
    renderHTML: ({ node, HTMLAttributes }) => {
      const caption = ["figcaption", 0];
      if (node.attrs.waiting) return ["figure", { "data-waiting": node.attrs.waiting }, caption];
      return HTMLAttributes.src ? ["figure", ["img", mergeAttributes(HTMLAttributes)], caption] : ["figure", caption];
    },
    addNodeView: () => (given) => new Picture(given, credits),
    addKeyboardShortcuts() {
      const isIn = () => this.editor.state.selection.$from.parent.type === this.type;
      return {
        Enter: () => isIn() && leave(this.editor),
        "Shift-Enter": () => isIn() && leave(this.editor),
        // What stands before a caption is its picture.
        Backspace: () => {
          const { empty, $from } = this.editor.state.selection;
          return isIn() && empty && !$from.parentOffset && this.editor.commands.setNodeSelection($from.before());
        },
      };
    },
  });

// On to a line behind the picture.
function leave({ state, view }, at = state.selection.$from.after()) {
  const tr = state.tr.insert(at, state.schema.nodes.paragraph.create());
  view.dispatch(tr.setSelection(TextSelection.create(tr.doc, at + 1)).scrollIntoView());
  view.focus();
  return true;
}

class Picture {
  constructor({ node, editor, getPos }, credits) {
    Object.assign(this, { node, editor, getPos, credits });
    this.dom = document.createElement("figure");
    this.head = document.createElement("div");
    this.head.className = "figure-head";
    this.head.contentEditable = "false";
    this.head.append(
      buttonOf("up", "Lên", () => this.move(-1)),
      buttonOf("down", "Xuống", () => this.move(1)),
      buttonOf("remove", "Bỏ khỏi chữ", () => {
        const at = getPos();
        editor.chain().deleteRange({ from: at, to: at + this.node.nodeSize }).focus().run();
      }),
    );
    this.frame = document.createElement("div");
    this.frame.className = "figure-frame";
    this.frame.contentEditable = "false";
    this.image = document.createElement("img");
    this.frame.append(this.image);
    this.image.addEventListener("click", () => this.select());
    this.contentDOM = document.createElement("figcaption");
    this.credit = document.createElement("input");
    Object.assign(this.credit, { className: "figure-credit", placeholder: "Nguồn ảnh", maxLength: 300, readOnly: !editor.isEditable });
    this.credit.setAttribute("aria-label", "Nguồn ảnh");
    this.credit.contentEditable = "false";
    this.credit.addEventListener("input", () => credits.write(this.node.attrs.src, this.credit.value));
    this.credit.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      leave(editor, getPos() + this.node.nodeSize);
    });
    this.dom.append(...(editor.isEditable ? [this.head] : []), this.frame, this.contentDOM, this.credit);
    this.show();
    shown.add(this);
  }

  show() {
    const { src, alt, waiting, "data-width": width } = this.node.attrs;
    this.frame.hidden = !src && !waiting;
    this.image.hidden = !src;
    if (src && this.image.getAttribute("src") !== src) this.image.src = src;
    this.image.alt = alt ?? "";
    this.dom.toggleAttribute("data-waiting", Boolean(waiting));
    if (width) this.dom.dataset.width = width;
    else delete this.dom.dataset.width;
    this.contentDOM.dataset.empty = this.node.content.size ? "" : "Chú thích";
    this.showCredit();
  }

  showCredit() {
    const words = (this.node.attrs.src && this.credits?.of(this.node.attrs.src)) ?? null;
    this.credit.hidden = words === null;
    if (words !== null && this.credit.value !== words) this.credit.value = words;
  }

  select() {
    const { state, view } = this.editor;
    view.dispatch(state.tr.setSelection(NodeSelection.create(state.doc, this.getPos())));
    view.focus();
  }

  move(by) {
    const to = moveBlock(this.editor, by, this.getPos());
    if (to !== null) this.editor.view.nodeDOM(to)?.querySelector(`[data-story=${by < 0 ? "up" : "down"}]`)?.focus();
  }

  selectNode() { this.dom.classList.add("ProseMirror-selectednode"); }
  deselectNode() { this.dom.classList.remove("ProseMirror-selectednode"); }

  update(node) {
    if (node.type !== this.node.type) return false;
    this.node = node;
    this.show();
    return true;
  }

  // The caption's text is selected as any text: a press there drags no picture.
  stopEvent(event) {
    return event.target.closest?.("button, input") != null || (event.type === "mousedown" && this.contentDOM.contains(event.target));
  }

  ignoreMutation(mutation) {
    return mutation.type !== "selection" && !this.contentDOM.contains(mutation.target);
  }

  destroy() { shown.delete(this); }
}
