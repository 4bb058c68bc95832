// The form of an article: rich text, pictures, autosave to the server (to this browser while it is away), who else
// is editing, saving without leaving the page.

import { Away, ask, post, Refused } from "./net.js";
import { dropzone, uploader } from "./upload.js";

const AUTOSAVE_MS = 1500;
const RETRY_MS = 5000;
const PRESENCE_MS = 5000;
const form = document.getElementById("article") ?? document.getElementById("correction");
const textarea = document.getElementById("body");
const isArticle = form.id === "article";
const id = form.dataset.id;
const base = id ? `/desk/bai/${id}` : "/desk/bai";
const field = (name) => form.elements.namedItem(name);
const said = document.getElementById("saving");
// Whose drafts they are: a newsroom's computers have many users.
const LOCAL = `toasoan:draft:${form.dataset.who}:`;
const localKey = () => LOCAL + (id ?? field("key").value);

let editor = null;
let dirty = false;
let timer = 0;
let sending = null;
let stopped = false;

// ---------------------------------------------------------------- the text

const state = document.getElementById("editor-state");
try {
  const { createEditor } = await import(form.dataset.richtext);
  const richtext = document.getElementById("richtext");
  editor = createEditor(richtext, {
    html: textarea.value,
    labelledBy: "body-label",
    editable: !form.querySelector("fieldset[disabled]"),
    onChange: () => { textarea.value = editor.html(); count(); changed(); },
    onFiles: (files) => upload?.(files),
    onMended: (names) => {
      const said = document.getElementById("mended");
      said.textContent = `Chữ vừa dán không phải Unicode (${names.join(", ")}), đã được chuyển; hãy đọc lại.`;
      said.hidden = false;
    },
  });
  richtext.hidden = false;
  textarea.hidden = true;
  state.hidden = true;
  document.getElementById("body-label").addEventListener("click", () => editor.focus());
  document.documentElement.dataset.editor = "ready";
} catch (error) {
  // The rest of the form goes on being kept and saved, with the text as it came.
  console.error(error);
  state.textContent = "Không mở được ô soạn thảo nên không sửa được nội dung; chữ của bài vẫn còn nguyên, các ô khác vẫn lưu được. Hãy tải lại trang.";
  state.classList.remove("late");
}

for (const area of form.querySelectorAll("textarea.headline, #summary")) {
  const grow = () => { area.style.height = "auto"; area.style.height = `${area.scrollHeight + 2}px`; };
  area.addEventListener("input", grow);
  grow();
}
// A headline is one line.
document.getElementById("title").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing) event.preventDefault();
});

function count() {
  const place = document.getElementById("counts");
  if (!place || !editor) return;
  const text = editor.text().replace(/\s+/g, " ").trim();
  const words = text ? text.split(" ").length : 0;
  const signs = (number) => number.toLocaleString("vi-VN");
  place.textContent = `${signs(words)} chữ · ${signs([...text].length)} ký tự`;
}
count();

// ---------------------------------------------------------------- pictures

const pictures = form.querySelector(".pictures");
let upload = null;

function addPicture(media) {
  const row = document.getElementById("image-row").content.firstElementChild.cloneNode(true);
  row.dataset.url = media.url;
  row.querySelector("[name=image_url]").value = media.url;
  row.querySelector("[name=image_caption]").value = media.caption;
  row.querySelector("[name=image_credit]").value = media.credit;
  row.querySelector("[name=image_alt]").value = media.alt;
  const thumb = row.querySelector("img");
  thumb.src = media.thumb || media.url;
  thumb.hidden = false;
  pictures.append(row);
  changed();
}

if (pictures) {
  upload = uploader(document.getElementById("uploads"), addPicture);
  const files = document.getElementById("files");
  files.addEventListener("change", () => { upload(files.files); files.value = ""; });
  dropzone(form, upload);
  pictures.addEventListener("click", (event) => {
    const action = event.target.dataset?.image;
    const row = event.target.closest(".picture");
    if (!action || !row) return;
    if (action === "up") row.previousElementSibling?.before(row);
    if (action === "down") row.nextElementSibling?.after(row);
    if (action === "remove") row.remove();
    if (action === "insert") {
      const value = (name) => row.querySelector(`[name=${name}]`).value;
      editor?.insertImage({ url: row.dataset.url, caption: value("image_caption"), alt: value("image_alt") });
    }
    if (action === "up" || action === "down") event.target.focus();
    changed();
  });
  document.getElementById("add-person").addEventListener("click", () => {
    const row = document.getElementById("person-row").content.firstElementChild.cloneNode(true);
    document.getElementById("people").append(row);
    row.querySelector("input").focus();
  });
  picker();
}

function picker() {
  const dialog = document.getElementById("picker");
  const query = document.getElementById("picker-q");
  const found = document.getElementById("picker-found");
  let kind = "image";
  let take = addPicture;
  const look = async () => {
    const told = await ask(`/desk/kho/tim.json?${new URLSearchParams({ q: query.value, kind })}`);
    found.replaceChildren(...told.media.map((media) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      if (media.thumb) {
        const image = document.createElement("img");
        image.src = media.thumb;
        image.alt = "";
        button.append(image);
      }
      const words = document.createElement("span");
      words.textContent = media.caption || media.name || "Chưa có chú thích";
      button.append(words);
      button.addEventListener("click", () => { take(media); dialog.close(); });
      item.append(button);
      return item;
    }));
  };
  let waiting = 0;
  query.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(look, 250); });
  const open = (what, then) => { kind = what; take = then; query.value = ""; dialog.showModal(); look(); };
  document.getElementById("pick").addEventListener("click", () => open("image", addPicture));
  document.getElementById("pick-video").addEventListener("click", () => open("video", (media) => {
    field("video_url").value = media.url;
    changed();
  }));
}

// ---------------------------------------------------------------- autosave

function say(words, isFault = false) {
  if (!said) return;
  said.textContent = words;
  said.classList.toggle("fault", isFault);
}

function changed() {
  if (!isArticle) return;
  dirty = true;
  clearTimeout(timer);
  timer = setTimeout(autosave, AUTOSAVE_MS);
}
form.addEventListener("input", (event) => { if (event.target.name) changed(); });

function fields() {
  return [...new FormData(form)].filter(([, value]) => typeof value === "string");
}

function keepHere() {
  try {
    localStorage.setItem(localKey(), JSON.stringify({ at: Date.now() / 1000, fields: fields() }));
  } catch { /* a full or forbidden store: the server is the place that counts */ }
}

async function autosave(options = {}) {
  if (stopped || !dirty || sending) return;
  keepHere();
  // Loading the page again opens what was kept, not an empty form.
  if (!id) history.replaceState(null, "", `/desk/bai/moi?key=${field("key").value}`);
  dirty = false;
  say("Đang giữ…");
  sending = post(`${base}/luu-tam`, fields(), options);
  try {
    const told = await sending;
    field("sequence").value = told.sequence;
    if (!dirty) localStorage.removeItem(localKey());
    say(`Đã giữ lúc ${new Date().toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" })}, chưa lưu thành phiên bản`);
    if (told.others) presence(told);
  } catch (error) {
    dirty = true;
    failed(error);
  } finally {
    sending = null;
    if (dirty && !stopped) { clearTimeout(timer); timer = setTimeout(autosave, RETRY_MS); }
  }
}

function failed(error) {
  if (error instanceof Away) return say("Mất kết nối: bài đang được giữ trong trình duyệt này.", true);
  if (error.status === 401) return say("Phiên đã hết: đăng nhập lại ở một cửa sổ khác; bài vẫn được giữ trong trình duyệt này.", true);
  if (error.status === 409 || error.status === 403) { stopped = true; }
  return say(error.message, true);
}

window.addEventListener("pagehide", () => { if (dirty && isArticle) { keepHere(); autosave({ keepalive: true }); } });
document.addEventListener("visibilitychange", () => { if (document.hidden) autosave({ keepalive: true }); });
window.addEventListener("online", () => autosave());

// What was kept in this browser while the server was away, and is newer than what the server has.
function offerLocal() {
  const banner = document.getElementById("local");
  const place = localStorage.getItem(localKey()) || id ? localKey() : unsavedPlace();
  const kept = JSON.parse(localStorage.getItem(place) ?? "null");
  if (!kept) return;
  const isOwn = place === localKey();
  if (isOwn && kept.at <= Number(form.dataset.keptAt) + 1) { localStorage.removeItem(place); return; }
  const when = new Date(kept.at * 1000).toLocaleString("vi-VN");
  const words = document.createElement("span");
  words.className = "grow";
  words.textContent = `Trình duyệt này giữ phần bạn viết lúc ${when} khi mất kết nối.`;
  const restore = document.createElement("button");
  restore.type = "button";
  restore.className = "mini";
  restore.textContent = "Mở lại phần ấy";
  restore.addEventListener("click", async () => {
    // Another new article goes on under its own key, from where it stood.
    const current = Object.fromEntries((isOwn ? ["key", "sequence", "csrf"] : ["csrf"]).map((name) => [name, field(name).value]));
    const pairs = kept.fields.filter(([name]) => !(name in current)).concat(Object.entries(current));
    const open = () => {
      stopped = true;
      location.assign(id ? location.pathname : `/desk/bai/moi?key=${Object.fromEntries(pairs).key}`);
    };
    try {
      await post(`${base}/luu-tam`, pairs);
      localStorage.removeItem(place);
      open();
    } catch (error) {
      // The server has some of it after all: its page offers the rest.
      if (error.status === 409 && !isOwn) open();
      else failed(error);
    }
  });
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "mini plain";
  drop.textContent = "Bỏ";
  drop.addEventListener("click", () => { localStorage.removeItem(place); banner.hidden = true; });
  const row = document.createElement("div");
  row.className = "row";
  row.append(words, restore, drop);
  banner.replaceChildren(row);
  banner.hidden = false;
}

// A new article that the server never had: the form has another key each time it is opened.
function unsavedPlace() {
  return Object.keys(localStorage).find((name) => name.startsWith(LOCAL) && !/^\d+$/.test(name.slice(LOCAL.length))) ?? "";
}

// ---------------------------------------------------------------- who else, newer versions

function presence(told) {
  const others = document.getElementById("others");
  others.hidden = !told.others.length;
  others.textContent = told.others.length ? `${told.others.join(", ")} đang sửa bài này.` : "";
  const newer = document.getElementById("newer");
  const isNewer = told.version > Number(field("version").value);
  newer.hidden = !isNewer;
  if (isNewer) newer.textContent = `Đã có phiên bản ${told.version} do người khác lưu. Khi bạn lưu, hai bản sẽ được đặt cạnh nhau.`;
}

async function here() {
  if (document.hidden) return;
  try { presence(await post(`${base}/dang-sua`, [])); } catch { /* said by the autosave */ }
}

// ---------------------------------------------------------------- saving

async function save() {
  say("Đang lưu…");
  stopped = false;
  clearTimeout(timer);
  if (sending) await sending.catch(() => {});
  keepHere();
  try {
    const told = await post(form.action, fields());
    dirty = false;
    localStorage.removeItem(localKey());
    if (!id) { stopped = true; location.assign(told.url); return true; }
    for (const input of document.querySelectorAll("input[name=version]")) input.value = told.version;
    field("sequence").value = 0;
    const newer = document.getElementById("newer");
    newer.hidden = !told.ended;
    newer.textContent = told.ended ? `${told.ended} Tải lại trang để thấy bước tiếp theo.` : "";
    faults([]);
    say(told.result === "unchanged" ? "Không có gì thay đổi." : `Đã lưu phiên bản ${told.version}.`);
    return true;
  } catch (error) {
    if (error instanceof Refused && error.status === 412) {
      // The server has kept what was sent.
      stopped = true;
      dirty = false;
      localStorage.removeItem(localKey());
      location.assign(error.told.conflict);
      return false;
    }
    if (error instanceof Refused && error.status === 422) faults(error.told.errors);
    failed(error);
    return false;
  }
}

function faults(errors) {
  const box = document.getElementById("faults");
  box.hidden = !errors.length;
  const list = document.createElement("ul");
  for (const one of errors) {
    const item = document.createElement("li");
    item.textContent = one.message;
    list.append(item);
    document.getElementById(one.field.split(".")[0])?.setAttribute("aria-invalid", "true");
  }
  if (!errors.length) form.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
  box.replaceChildren(list);
  if (errors.length) box.scrollIntoView({ block: "center" });
}

if (isArticle) {
  form.addEventListener("submit", (event) => { event.preventDefault(); save(); });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") { event.preventDefault(); form.requestSubmit(); }
  });
  // A step is taken with what stands in the form.
  for (const step of document.querySelectorAll("form[data-after-save]")) {
    step.addEventListener("submit", async (event) => {
      if (event.defaultPrevented || !(dirty || Number(field("sequence").value) > 0)) return;
      event.preventDefault();
      if (await save()) step.submit();
    });
  }
  offerLocal();
  if (id) {
    here();
    setInterval(here, PRESENCE_MS);
    window.addEventListener("pagehide", () => { post(`${base}/roi-bai`, [], { keepalive: true }).catch(() => {}); });
  }
}
