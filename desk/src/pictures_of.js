// What the form of a story asks of the pictures that stand in its text.

import { NodeSelection } from "@tiptap/pm/state";

import { alone } from "./history.js";
import { behind } from "./story_block.js";

const folded = (node) => node.textContent.replace(/\s+/g, " ").trim();

export function picturesOf(editor) {
  // Of a text that is still the same they are the same.
  let known = { doc: null, found: [] };

  // [{ at, node }] of those that have a file.
  function found() {
    const { doc } = editor.state;
    if (known.doc === doc) return known.found;
    const found = [];
    doc.descendants((node, at) => {
      if (node.type.name === "figure" && node.attrs.src) found.push({ at, node });
      return !node.isTextblock && node.type.name !== "table";
    });
    known = { doc, found };
    return found;
  }

  const change = (doing) => {
    const { tr } = editor.state;
    doing(tr);
    if (tr.docChanged) editor.view.dispatch(tr);
  };

  return {
    // The first of each address: { url, caption, alt }.
    pictures() {
      const all = new Map();
      for (const { node } of found()) {
        if (!all.has(node.attrs.src)) all.set(node.attrs.src, { url: node.attrs.src, caption: folded(node), alt: node.attrs.alt ?? "" });
      }
      return [...all.values()];
    },
    // Other words under a picture; those that stand there already keep their marks.
    describe(url, { caption, alt }) {
      change((tr) => {
        for (const { at, node } of found().filter((one) => one.node.attrs.src === url).reverse()) {
          if ((node.attrs.alt ?? "") !== alt) tr.setNodeMarkup(at, null, { ...node.attrs, alt });
          if (folded(node) === caption) continue;
          tr.replaceWith(at + 1, at + 1 + node.content.size, caption ? editor.schema.text(caption) : []);
        }
      });
    },
    takeOut(url) {
      change((tr) => {
        for (const { at, node } of found().filter((one) => one.node.attrs.src === url).reverse()) tr.delete(at, at + node.nodeSize);
      });
    },
    // One under the other at a place in the text: that of the caret, if none is given. An empty line gives way.
    insertPictures(pictures, at = null) {
      const { state } = editor;
      const { $head, empty } = state.selection;
      const isLine = at === null && empty && $head.depth === 1 && $head.parent.type.name === "paragraph" && !$head.parent.content.size;
      const content = pictures.map(({ url, caption, alt }) => ({
        type: "figure", attrs: { src: url, alt }, content: caption ? [{ type: "text", text: caption }] : [],
      }));
      const place = isLine ? { from: $head.before(), to: $head.after() } : (at ?? behind(state));
      editor.chain().focus().command(alone).insertContentAt(place, content).scrollIntoView().run();
      const first = isLine ? place.from : place;
      if (editor.state.doc.nodeAt(first)?.type.name === "figure") {
        editor.view.dispatch(editor.state.tr.setSelection(NodeSelection.create(editor.state.doc, first)));
      }
    },
    // Between which blocks a point of the window is, null outside the text.
    placeAt(x, y) {
      const found = editor.view.posAtCoords({ left: x, top: y });
      if (!found) return null;
      const $at = editor.state.doc.resolve(found.pos);
      if (!$at.depth) return found.pos;
      const block = editor.view.nodeDOM($at.before(1))?.getBoundingClientRect?.();
      return block && y < (block.top + block.bottom) / 2 ? $at.before(1) : $at.after(1);
    },
  };
}
