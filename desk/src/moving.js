// Blocks of the text one place up or down, by keys and by the buttons that pictures and story blocks have.

import { Extension } from "@tiptap/core";
import { closeHistory } from "@tiptap/pm/history";
import { NodeSelection, TextSelection } from "@tiptap/pm/state";

// The block at `at`, or that of the selection; where it begins then, null where it stays.
export function moveBlock({ state, view }, by, at = null) {
  const { selection, doc } = state;
  const $at = doc.resolve(at ?? selection.from);
  const isOwn = at === null;
  const depth = isOwn ? 0 : $at.depth;
  const holder = $at.node(depth);
  const index = $at.index(depth);
  const sibling = holder.maybeChild(index + by);
  const block = holder.maybeChild(index);
  if (!sibling || !block) return null;
  const begin = isOwn ? $at.posAtIndex(index, 0) : at;
  const to = by < 0 ? begin - sibling.nodeSize : begin + sibling.nodeSize;
  const tr = state.tr.delete(begin, begin + block.nodeSize).insert(to, block);
  const isText = selection instanceof TextSelection && selection.from > begin && selection.to < begin + block.nodeSize;
  if (isText) tr.setSelection(TextSelection.create(tr.doc, selection.anchor - begin + to, selection.head - begin + to));
  else if (NodeSelection.isSelectable(block)) tr.setSelection(NodeSelection.create(tr.doc, to));
  view.dispatch(closeHistory(tr.scrollIntoView()));
  return to;
}

export const Moving = Extension.create({
  name: "moving",
  addKeyboardShortcuts: () => ({
    "Alt-ArrowUp": ({ editor }) => { moveBlock(editor, -1); return true; },
    "Alt-ArrowDown": ({ editor }) => { moveBlock(editor, 1); return true; },
  }),
});

export function buttonOf(name, words, pressed) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "mini plain";
  made.dataset.story = name;
  made.textContent = words;
  made.addEventListener("click", pressed);
  return made;
}
