// The pictures of an article: uploaded, chosen in the library, put in order.

import { pictureRow } from "./fields.js";
import { ask } from "./net.js";
import { dropzone, uploader } from "./upload.js";

// `changed()` is told of every change; `insert(media)` puts a picture into the text. Returns what takes files and
// `pick(kind, take)`, which opens the store.
export function pictures(form, { changed, insert }) {
  const list = form.querySelector(".pictures");
  const pick = document.getElementById("pick");
  // A film, sound or document that was dropped here waits in the store.
  const add = (media) => { if (media.type.startsWith("image/")) { list.append(pictureRow(media)); changed(); } };
  const upload = uploader(document.getElementById("uploads"), add);
  const files = document.getElementById("files");
  files.addEventListener("change", () => { upload(files.files); files.value = ""; });
  dropzone(form, upload);
  list.addEventListener("click", (event) => {
    const action = event.target.dataset?.image;
    const row = event.target.closest(".picture");
    if (!action || !row) return;
    const value = (name) => row.querySelector(`[name=image_${name}]`).value;
    if (action === "insert") return insert({ url: row.dataset.url, caption: value("caption"), alt: value("alt") });
    // A row that is moved or gone takes the focus with it.
    let focused = event.target;
    if (action === "up") row.previousElementSibling?.before(row);
    if (action === "down") row.nextElementSibling?.after(row);
    if (action === "remove") {
      const beside = row.nextElementSibling ?? row.previousElementSibling;
      focused = beside?.querySelector("[data-image=remove]") ?? pick;
      row.remove();
    }
    focused.focus();
    changed();
  });
  const open = picker();
  pick.addEventListener("click", () => open("image", add));
  document.getElementById("pick-video").addEventListener("click", () => open("video", (media) => {
    document.getElementById("video_url").value = media.url;
    changed();
  }));
  document.getElementById("pick-social").addEventListener("click", () => open("image", (media) => {
    document.getElementById("social_image").value = media.url;
    changed();
  }));
  return { upload, pick: open };
}

function picker() {
  const dialog = document.getElementById("picker");
  const query = document.getElementById("picker-q");
  const found = document.getElementById("picker-found");
  let kind = "image";
  let take = () => {};
  let asked = 0;
  const look = async () => {
    const number = (asked += 1);
    const told = await ask(`/desk/kho/tim.json?${new URLSearchParams({ q: query.value, kind })}`);
    // A later question has been asked meanwhile.
    if (number !== asked) return;
    const focused = found.contains(document.activeElement) ? document.activeElement.dataset.url : "";
    found.replaceChildren(...told.media.map((media) => item(media, () => { take(media); dialog.close(); })));
    if (focused) (found.querySelector(`[data-url="${CSS.escape(focused)}"]`) ?? query).focus();
  };
  let waiting = 0;
  query.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 250); });
  return (what, then) => {
    const opener = document.activeElement;
    [kind, take] = [what, then];
    query.value = "";
    found.replaceChildren();
    dialog.showModal();
    // Not every browser gives the focus back, and a click gives some of them none to begin with.
    dialog.addEventListener("close", () => (opener === document.body ? document.getElementById("pick") : opener).focus(), { once: true });
    query.focus();
    look();
  };
}

function item(media, chosen) {
  const row = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.url = media.url;
  if (media.thumb) {
    const image = document.createElement("img");
    image.src = media.thumb;
    image.alt = "";
    button.append(image);
  } else {
    const sign = document.createElement("span");
    sign.className = "film";
    sign.textContent = media.sign;
    button.append(sign);
  }
  const words = document.createElement("span");
  words.textContent = media.caption || media.name || "Chưa có chú thích";
  button.append(words);
  button.addEventListener("click", chosen);
  row.append(button);
  return row;
}
