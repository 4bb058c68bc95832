// The pictures of a story. Each is one: its words here and in the text are the same, and one that is taken away here is
// taken out of the text.

import { pictureRow } from "./fields.js";
import { focusEditor, focusOf } from "./picture_focus.js";
import { inOrder, move } from "./picture_order.js";
import { picker } from "./picker.js";
import { dropzone, uploader } from "./upload.js";

const list = document.querySelector(".pictures");
const rowOf = (url) => list.querySelector(`:scope > [data-url="${CSS.escape(url)}"]`);
const fieldIn = (row, name) => row.querySelector(`[name=image_${name}]`);
const folded = (words) => words.replace(/\s+/g, " ").trim();

// What the text shows of a picture that does not stand in it.
export const credits = {
  of: (url) => (rowOf(url) ? fieldIn(rowOf(url), "credit").value : null),
  write(url, words) {
    const row = rowOf(url);
    if (!row) return;
    fieldIn(row, "credit").value = words;
    fieldIn(row, "credit").dispatchEvent(new Event("input", { bubbles: true }));
  },
};

// `editor` is null where the text did not open; `changed()` is told of every change here. Returns { upload, pick, follow,
// intoText }.
export function pictures(form, { changed, editor }) {
  const seen = new Map();
  let stand = "";

  // ---------------------------------------------------------------- the text and the list

  // What was changed in the text.
  function follow() {
    const all = editor?.pictures() ?? [];
    for (const { url, caption, alt } of all) {
      const row = rowOf(url);
      if (!row) {
        list.append(pictureRow({ url, caption, alt }));
      } else if (seen.has(url) && seen.get(url) !== caption && folded(fieldIn(row, "caption").value) !== caption) {
        fieldIn(row, "caption").value = caption;
      }
      seen.set(url, caption);
    }
    const now = all.map(({ url }) => url).join(" ");
    if (now !== stand) mark();
    stand = now;
  }

  list.addEventListener("input", ({ target }) => {
    const row = target.closest(".picture");
    const value = (name) => fieldIn(row, name).value;
    if (target.name === "image_credit") editor?.showCredits();
    else if (row.dataset.url) editor?.describe(row.dataset.url, { caption: folded(value("caption")), alt: folded(value("alt")) });
    mark();
  });

  // ---------------------------------------------------------------- what the list shows

  function mark() {
    const inText = new Set((editor?.pictures() ?? []).map(({ url }) => url));
    const rows = [...list.children];
    let isFirst = true;
    rows.forEach((row, at) => {
      const { url } = row.dataset;
      const words = folded(fieldIn(row, "caption").value);
      const said = [];
      if (url && isFirst) said.push("đại diện");
      if (url) isFirst = false;
      if (url && inText.has(url)) said.push("trong bài");
      if (!words || (url && !fieldIn(row, "alt").value.trim())) said.push("thiếu lời");
      row.querySelector("[data-marks]").textContent = said.join(" · ");
      row.querySelector("[data-name]").textContent = `Ảnh ${at + 1} trong ${rows.length}${words ? `: ${words}` : ""}`;
      row.querySelector(".picture-fields").hidden = !isOpen(row) && !list.classList.contains("all-words");
      const insert = row.querySelector("[data-image=insert]");
      if (insert) insert.hidden = !url || !editor;
    });
    const all = document.getElementById("all-words");
    if (all) all.hidden = rows.length < 2;
  }

  const isOpen = (row) => row.classList.contains("is-open");
  function open(row, isWanted) {
    row.classList.toggle("is-open", isWanted);
    row.querySelector(".picture-open").setAttribute("aria-expanded", String(isWanted));
    const fields = row.querySelector(".picture-fields");
    if (!isWanted || !row.dataset.url || fields.querySelector(".focus")) return;
    fields.append(focusEditor(fieldIn(row, "focus"), row.dataset.url, () => { cut(row); changed(); }));
  }

  // Its thumbnail is cut as its cards will be.
  function cut(row) {
    const [x, y] = focusOf(fieldIn(row, "focus"));
    row.querySelector(".picture-thumb").style.objectPosition = `${x * 100}% ${y * 100}%`;
  }
  new MutationObserver(() => {
    for (const row of list.children) open(row, isOpen(row));
    for (const row of list.children) cut(row);
    mark();
  }).observe(list, { childList: true });
  list.classList.add("thumbs");
  for (const row of list.children) {
    open(row, false);
    cut(row);
  }

  // All words at once: the same rows in a place where there is room.
  const words = document.getElementById("words");
  const place = (name) => document.querySelector(`[data-place=${name}]`);
  const showAll = (isAll) => {
    for (const row of list.children) open(row, false);
    place(isAll ? "words" : "pictures").append(list);
    list.classList.toggle("all-words", isAll);
    mark();
  };
  document.getElementById("all-words").addEventListener("click", () => { showAll(true); words.showModal(); });
  words.addEventListener("close", () => { showAll(false); document.getElementById("all-words").focus(); });
  document.getElementById("one-credit").addEventListener("submit", (event) => {
    event.preventDefault();
    const { value } = document.getElementById("credit-of-all");
    for (const row of list.children) {
      const field = fieldIn(row, "credit");
      if (!value.trim() || field.value.trim()) continue;
      field.value = value.trim();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });

  list.addEventListener("reveal", ({ target }) => {
    const row = target.closest(".picture");
    if (row) open(row, true);
    mark();
  });

  // ---------------------------------------------------------------- what is done with one

  const insert = (row, at) => editor?.insertPictures([{
    url: row.dataset.url, caption: folded(fieldIn(row, "caption").value), alt: folded(fieldIn(row, "alt").value),
  }], at);

  list.addEventListener("click", ({ target }) => {
    const row = target.closest(".picture");
    if (!row) return;
    if (target.closest(".picture-open")) {
      const isWanted = !isOpen(row);
      for (const one of list.children) open(one, one === row && isWanted);
      return mark();
    }
    const action = target.dataset.image;
    if (action === "insert") return insert(row);
    if (action === "up" || action === "down") move(row, action === "up" ? -1 : 1, target);
    if (action === "remove") {
      const beside = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      if (row.dataset.url) editor?.takeOut(row.dataset.url);
      (beside?.querySelector(".picture-open") ?? document.getElementById("pick")).focus();
    }
    if (action) changed();
  });
  inOrder(list, {
    moved: changed,
    dropped(row, x, y) {
      if (!row.dataset.url || !document.elementFromPoint(x, y)?.closest("#richtext")) return;
      insert(row, editor?.placeAt(x, y));
    },
  });

  // ---------------------------------------------------------------- where they come from

  // A film, sound or document that was dropped here waits in the store; a picture is in a story once.
  const add = (media) => {
    if (!media.type.startsWith("image/")) return;
    if (!rowOf(media.url)) list.append(pictureRow(media));
    changed();
  };
  const uploads = document.getElementById("uploads");
  const upload = uploader(uploads, add);
  const files = document.getElementById("files");
  files.addEventListener("change", () => { upload(files.files); files.value = ""; });
  for (const zone of [form, document.getElementById("pictures")]) dropzone(zone, upload);
  const pick = picker();
  document.getElementById("pick").addEventListener("click", () => pick("image", add, true));
  document.getElementById("pick-video").addEventListener("click", () => pick("video", (media) => {
    document.getElementById("video_url").value = media.url;
    changed();
  }));
  document.getElementById("pick-social").addEventListener("click", () => pick("image", (media) => {
    document.getElementById("social_image").value = media.url;
    changed();
  }));
  follow();
  mark();
  return {
    upload,
    pick,
    follow,
    // Chosen ones at the caret, the first one first.
    intoText() {
      const chosen = [];
      // Where the focus comes back to.
      editor?.focus();
      pick("image", (media) => {
        add(media);
        chosen.push(media);
        if (chosen.length === 1) queueMicrotask(() => editor?.insertPictures(chosen.map((one) => ({
          url: one.url, caption: folded(one.caption), alt: folded(one.alt),
        }))));
      }, true);
    },
    // Files of a paste; `taken(media)` of each that arrived, `failed()` of one that did not.
    uploadEach(file, taken, failed) {
      uploader(uploads, (media) => { add(media); taken(media); }, failed)([file]);
    },
  };
}
