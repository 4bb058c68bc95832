// A button beside an empty line in which the caret stands: a picture is put there.

import { Extension } from "@tiptap/core";
import { Plugin } from "@tiptap/pm/state";

export const caretButton = (place, run) =>
  Extension.create({
    name: "caretButton",
    addKeyboardShortcuts: () => ({ "Mod-Alt-p": () => { run(); return true; } }),
    addProseMirrorPlugins() {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "caret-button", textContent: "+ Ảnh", title: "Chèn ảnh ở đây (Ctrl+Alt+P)", hidden: true, tabIndex: -1 });
      // The text keeps its selection.
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", run);
      const show = (view) => {
        const { empty, $head } = view.state.selection;
        const isEmpty = empty && $head.depth === 1 && $head.parent.type.name === "paragraph" && !$head.parent.content.size;
        button.hidden = !(isEmpty && view.editable && view.hasFocus());
        if (button.hidden) return;
        const line = view.coordsAtPos($head.pos);
        button.style.top = `${(line.top + line.bottom) / 2 - place.getBoundingClientRect().top}px`;
      };
      return [new Plugin({
        props: { handleDOMEvents: { focus: (view) => { setTimeout(() => show(view)); }, blur: () => { button.hidden = true; } } },
        view: (view) => {
          place.append(button);
          show(view);
          return { update: show, destroy: () => button.remove() };
        },
      })];
    },
  });
