// The store of media in a dialog: looked through by words, older ones as one scrolls, several pictures at once.

import { ask } from "./net.js";
import { shown, uploader } from "./upload.js";

const REST_MS = 250;

// Returns `open(kind, take, isMany)`; `take(media)` is called for each chosen one, in the order in which they were.
export function picker() {
  const byId = (id) => document.getElementById(id);
  const dialog = byId("picker");
  const [query, found, more, done, none] = ["q", "found", "more", "take", "none"].map((name) => byId(`picker-${name}`));
  let kind = "image";
  let take = () => {};
  let isMany = false;
  let chosen = new Map();
  let before = null;
  let asked = 0;
  let isAsking = false;

  function show() {
    for (const button of found.querySelectorAll("button")) {
      const at = [...chosen.keys()].indexOf(button.dataset.url);
      if (isMany) button.setAttribute("aria-pressed", String(at >= 0));
      button.querySelector(".picker-place")?.remove();
      if (at < 0) continue;
      const place = Object.assign(document.createElement("span"), { className: "picker-place", textContent: at + 1 });
      place.ariaHidden = "true";
      button.prepend(place);
    }
    done.hidden = !isMany;
    done.disabled = !chosen.size;
    done.textContent = chosen.size > 1 ? `Chọn ${chosen.size} ảnh` : "Chọn ảnh";
    none.hidden = isAsking || found.children.length > 0;
  }

  function pressed(media) {
    if (!isMany) {
      dialog.close();
      return take(media);
    }
    if (!chosen.delete(media.url)) chosen.set(media.url, media);
    show();
  }

  async function look({ isOn = false } = {}) {
    const number = (asked += 1);
    isAsking = true;
    const asking = new URLSearchParams({ q: query.value, kind, ...(isOn && before ? { before } : {}) });
    const told = await ask(`/desk/kho/tim.json?${asking}`).catch(() => null);
    // A later question has been asked meanwhile.
    if (number !== asked) return;
    isAsking = false;
    if (told) {
      const focused = !isOn && found.contains(document.activeElement) ? document.activeElement.dataset.url : "";
      const items = told.media.map((media) => item(media, () => pressed(media)));
      if (isOn) found.append(...items);
      else found.replaceChildren(...items);
      before = told.before;
      if (focused) (found.querySelector(`[data-url="${CSS.escape(focused)}"]`) ?? query).focus();
    }
    more.hidden = !before;
    show();
    if (told && isNear()) further();
  }

  const isNear = () => dialog.open && !more.hidden && more.getBoundingClientRect().top < dialog.getBoundingClientRect().bottom + 400;
  const further = () => { if (!isAsking && before) look({ isOn: true }); };
  dialog.addEventListener("scroll", () => { if (isNear()) further(); });
  more.addEventListener("click", further);

  let waiting = 0;
  query.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, REST_MS); });
  done.addEventListener("click", () => {
    const all = [...chosen.values()];
    dialog.close();
    all.forEach(take);
  });
  const upload = uploader(byId("picker-uploads"), (media) => {
    if (!dialog.open || !media.thumb) return;
    found.querySelector(`[data-url="${CSS.escape(media.url)}"]`)?.closest("li").remove();
    found.prepend(item(media, () => pressed(media)));
    chosen.set(media.url, media);
    show();
  });
  const files = byId("picker-files");
  files.addEventListener("change", () => { upload(files.files); files.value = ""; });

  return (what, then, many = false) => {
    const opener = document.activeElement;
    [kind, take, isMany] = [what, then, many];
    chosen = new Map();
    before = null;
    query.value = "";
    found.replaceChildren();
    more.hidden = true;
    byId("picker-upload").hidden = !many;
    dialog.showModal();
    // Not every browser gives the focus back, and a click gives some of them none to begin with.
    dialog.addEventListener("close", () => (opener === document.body ? byId("pick") : opener).focus(), { once: true });
    query.focus();
    look();
    show();
  };
}

function item(media, chosen) {
  const row = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.url = media.url;
  const [picture, words] = shown(media);
  words.className = "picker-words";
  button.append(picture, words);
  button.addEventListener("click", chosen);
  row.append(button);
  return row;
}
