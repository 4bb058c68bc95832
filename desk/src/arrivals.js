// Pictures that come with a paste or are let fall on the text: each has its place at once, and its file when that arrived.

import { alone } from "./history.js";
import { picturesIn } from "./pasted_pictures.js";
import { behind } from "./story_block.js";

const NOTHING = { files: [], rtf: () => "" };
const isPicture = (file) => file.type.startsWith("image/");

// `upload(file, taken, failed)` is missing where the text takes no pictures.
export function arrivals(upload, onLeftOut = () => {}) {
  let clipboard = NOTHING;
  let editor = null;
  let number = 0;
  const nameOf = () => `${Date.now()}-${(number += 1)}`;

  const placed = (name, doing) => {
    const { tr, doc } = editor.state;
    doc.descendants((node, at) => {
      if (node.type.name === "figure" && node.attrs.waiting === name) doing(tr, at, node);
      return !node.isTextblock;
    });
    if (tr.docChanged) editor.view.dispatch(tr.setMeta("addToHistory", false));
  };

  function send(files) {
    for (const [name, file] of files) {
      upload(
        file,
        (media) => placed(name, (tr, at, node) => {
          if (media.caption && !node.content.size) tr.insert(at + 1, editor.schema.text(media.caption.replace(/\s+/g, " ").trim()));
          tr.setNodeMarkup(at, null, { ...node.attrs, waiting: null, src: media.url, alt: media.alt });
        }),
        () => placed(name, (tr, at, node) => tr.delete(at, at + node.nodeSize)),
      );
    }
  }

  function put(files, at) {
    const all = files.map((file) => [nameOf(), file]);
    editor.chain().command(alone).insertContentAt(at, all.map(([name]) => ({ type: "figure", attrs: { waiting: name } }))).run();
    send(all);
    return true;
  }

  return {
    begin(made) { editor = made; },
    noted(data) {
      clipboard = { files: [...(data?.files ?? [])].filter(isPicture), rtf: () => data?.getData("text/rtf") ?? "" };
    },
    inHtml(body) {
      if (!upload) return;
      const { files, leftOut } = picturesIn(body, clipboard, nameOf);
      // When their places stand in the text.
      if (files.size) setTimeout(send, 0, files);
      if (leftOut) onLeftOut(leftOut);
    },
    // True where nothing else is to be done.
    pasted(event) {
      const { files } = clipboard;
      clipboard = NOTHING;
      const isText = event.clipboardData.getData("text/html") || !files.length || !upload;
      return isText ? false : put(files, behind(editor.state));
    },
    dropped(view, event) {
      const files = [...(event.dataTransfer?.files ?? [])].filter(isPicture);
      if (!files.length || !upload) return false;
      event.preventDefault();
      // The form around it would take them too.
      event.stopPropagation();
      const found = view.posAtCoords({ left: event.clientX, top: event.clientY });
      const $at = view.state.doc.resolve(found?.pos ?? view.state.selection.to);
      return put(files, $at.depth ? $at.after(1) : $at.pos);
    },
  };
}
