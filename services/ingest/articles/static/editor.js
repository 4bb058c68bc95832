// The form of an article: its text, what is said of keeping it, who else is here, saving and steps without losing a word.

import * as drafts from "./drafts.js";
import { fieldsOf, rowOf } from "./fields.js";
import { Keeper, Moved } from "./keeper.js";
import { Away, post, Refused } from "./net.js";
import { credits, pictures } from "./pictures.js";
import { forgive, refuse } from "./refusal.js";
import { relatedStories } from "./related.js";
import { richText } from "./richtext_field.js";
import { clock, when } from "./times.js";

const PRESENCE_MS = 5000;
// Whoever leaves by a link waits no longer than this for a server that is away; the browser has the text.
const LEAVING_MS = 3000;
// Nobody is taken to another page amid a word.
const REST_MS = 1500;
const COUNT_MS = 300;
const form = document.getElementById("article");
const field = (name) => form.elements.namedItem(name);
const byId = (id) => document.getElementById(id);
const said = byId("saving");
const { id, who, was } = form.dataset;

const fields = fieldsOf(form);
let ofPictures = null;
let busyWith = null;
let waiting = null;
let isGoing = false;
let counting = 0;
let typedAt = -REST_MS;
const editor = await richText(form, {
  onChange: () => { ofPictures?.follow(); count(); changed(); },
  pickMedia: (kind, take) => ofPictures?.pick(kind, take),
  pictures: {
    credits,
    pick: () => ofPictures?.intoText(),
    upload: (...given) => ofPictures?.uploadEach(...given),
  },
  onMended: (names) => told(`Chữ vừa dán không phải Unicode (${names.join(", ")}), đã được chuyển; hãy đọc lại.`),
  onLeftOut: (number) => told(
    `${number} ảnh trong chữ vừa dán nằm ở trang khác nên không vào bài: hãy tải các ảnh ấy về máy rồi tải lên.`),
});
fields.write(editor);

const keeper = new Keeper({
  who,
  id,
  place: id ?? field("key").value,
  at: {
    key: field("key").value,
    sequence: Number(field("sequence").value),
    version: id && Number(field("version").value),
    status: form.dataset.status,
  },
  fields,
  show,
  heard,
});

// ---------------------------------------------------------------- the form

for (const area of form.querySelectorAll("textarea.headline, #summary")) {
  const grow = () => { area.style.height = "auto"; area.style.height = `${area.scrollHeight + 2}px`; };
  area.addEventListener("input", grow);
  area.addEventListener("refit", grow);
  grow();
}
// A headline is one line.
byId("title").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.isComposing) event.preventDefault();
});
// Its pictures stand beside it.
relatedStories(field("related"), () => changed());
document.addEventListener("input", ({ target }) => { if (target.name && target.form === form) changed(); });
byId("add-person").addEventListener("click", () => {
  const row = rowOf("person-row", {});
  byId("people").append(row);
  row.querySelector("input").focus();
});
ofPictures = pictures(form, { changed: () => keeper.changed(), editor });

function changed() {
  typedAt = performance.now();
  keeper.changed();
}

function told(words) {
  byId("mended").textContent = words;
  byId("mended").hidden = false;
}

// Long texts are not counted at every letter.
function count() {
  clearTimeout(counting);
  counting = setTimeout(counted, COUNT_MS);
}

function counted() {
  if (!editor) return;
  const text = editor.text().replace(/\s+/g, " ").trim();
  const words = text ? text.split(" ").length : 0;
  const signs = (number) => number.toLocaleString("vi-VN");
  byId("counts").textContent = `${signs(words)} chữ · ${signs([...text].length)} ký tự`;
}
counted();

// ---------------------------------------------------------------- what is said

function say(words, { isFault = false, isQuiet = false } = {}) {
  if (said.textContent === words) return;
  // Who listens to the page is not told of every sentence that is kept.
  said.setAttribute("aria-live", isQuiet ? "off" : "polite");
  said.textContent = words;
  said.classList.toggle("fault", isFault);
}

function show() {
  // Another window of one's own has made the article, and all that stands here is at the server.
  if (keeper.id && !id && !keeper.isLacking) {
    const rest = typedAt + REST_MS - performance.now();
    if (rest > 0) setTimeout(show, rest);
    else go(`/desk/bai/${keeper.id}`);
  }
  const { fault } = keeper;
  byId("ended").hidden = fault?.status !== 401;
  if (fault && keeper.isLacking) return say(trouble(fault), { isFault: true });
  if (keeper.isLacking) {
    // Loading the page again opens what was kept, not an empty form.
    if (!id) history.replaceState(null, "", `/desk/bai/moi?key=${keeper.at.key}`);
    return say("Đang giữ…", { isQuiet: true });
  }
  if (keeper.saved) return say(keeper.saved);
  if (keeper.keptAt && keeper.at.sequence) {
    return say(`Đã giữ lúc ${clock(keeper.keptAt)}, chưa lưu thành phiên bản`, { isQuiet: true });
  }
  return say("");
}

function trouble(fault) {
  if (keeper.cannotKeep) return "Chưa gửi được và trình duyệt này không giữ được bài: đừng đóng cửa sổ này.";
  const here = keeper.isHere ? "bài đang được giữ trong trình duyệt này." : "đang giữ bài trong trình duyệt này…";
  if (fault instanceof Away) return `Mất kết nối: ${here}`;
  if (fault.status === 401) return `Phiên đã hết: ${here}`;
  return `${fault.message} Phần bạn viết chưa tới tòa soạn; ${here}`;
}

function heard(told) {
  if ("prepared" in told) {
    for (const part of document.querySelectorAll("[data-prepared]")) part.hidden = !told.prepared;
  }
  if (told.others) {
    byId("others").hidden = !told.others.length;
    byId("others").textContent = told.others.length ? `${told.others.join(", ")} đang sửa bài này.` : "";
  }
  const newer = byId("newer");
  if (told.rewritten) {
    newer.textContent = `Đã có phiên bản ${told.version} do người khác lưu. Khi bạn lưu, hai bản sẽ được đặt cạnh nhau.`;
  } else if (told.status && told.status !== form.dataset.status) {
    newer.textContent = `${told.ended ?? "Bài vừa chuyển sang bước khác."} Tải lại trang để thấy bước tiếp theo.`;
  } else if (told.version) {
    newer.textContent = "";
  }
  newer.hidden = !newer.textContent;
}

// ---------------------------------------------------------------- saving and steps

// Until the next page is there people go on typing here.
function go(url) {
  if (isGoing) return;
  isGoing = true;
  const { pathname, search, hash } = new URL(url, location.href);
  location.assign(url);
  // To a place on this very page the browser only scrolls: what has changed on it would not be seen.
  if (hash && pathname === location.pathname && search === location.search) location.reload();
}

// One thing at a time: the same press again is that press; another one waits, and is not done where the first went wrong.
async function once(place, doing) {
  if (isGoing || place === busyWith) return;
  if (busyWith) {
    waiting = { place, doing };
    return;
  }
  busyWith = place;
  forgive(form);
  forgive(place);
  try {
    await doing();
  } catch (error) {
    waiting = null;
    wrong(place, error);
  }
  busyWith = null;
  const next = waiting;
  waiting = null;
  if (next) once(next.place, next.doing);
}

function wrong(place, error) {
  if (error.status === 412 && error.told.conflict) return go(error.told.conflict);
  if (!(error instanceof Refused || error instanceof Away || error instanceof Moved)) console.error(error);
  refuse(error.place ?? place, error);
  keeper.noted(error);
}

async function save() {
  say("Đang lưu…");
  await keeper.save().catch((error) => { throw Object.assign(error, { place: form }); });
  for (const input of document.querySelectorAll("input[name=version]")) input.value = keeper.at.version;
}

async function step(taken, submitter) {
  const { status } = keeper.at;
  // A step is taken with what stands in the form; one that takes nothing to readers waits until it is kept.
  if (taken.dataset.step === "save" && keeper.isUnsaved) await save();
  else await keeper.flush();
  const sent = () => {
    const given = new FormData(taken, submitter);
    if (given.has("version")) given.set("version", keeper.at.version);
    return post(taken.action, given);
  };
  const told = await sent().catch(async (error) => {
    // One's own other window was first; or it was this very step, whose answer was lost.
    if (error.status !== 412) throw error;
    await keeper.look();
    if (keeper.at.status !== status) throw new Moved();
    return sent();
  });
  go(told.to);
}

document.addEventListener("submit", (event) => {
  const { target, submitter } = event;
  if (event.defaultPrevented) return;
  if (target === form) {
    event.preventDefault();
    once(form, save);
  } else if (target.dataset.step) {
    event.preventDefault();
    once(target, () => step(target, submitter));
  } else if (target.dataset.drop) {
    keeper.end({ isDropped: true });
  }
});
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") { event.preventDefault(); form.requestSubmit(); }
});
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href]");
  const isElsewhere = !link || link.target || link.origin !== location.origin || link.getAttribute("href").startsWith("#");
  if (isElsewhere || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (!keeper.isLacking) return;
  event.preventDefault();
  const patience = new Promise((done) => setTimeout(done, LEAVING_MS));
  await Promise.race([Promise.all([keeper.keepHere(), keeper.flush()]).catch(() => keeper.keepHere()), patience]);
  location.assign(link.href);
});

// ---------------------------------------------------------------- coming and going

document.addEventListener("visibilitychange", () => (document.hidden ? keeper.hurry() : keeper.look()));
window.addEventListener("online", () => keeper.hurry());
window.addEventListener("pageshow", (event) => { if (event.persisted) keeper.look(); });
window.addEventListener("pagehide", () => {
  keeper.leave();
  if (id) post(`${keeper.station}/roi-bai`, [], { keepalive: true }).catch(() => {});
});

const resumed = await keeper.resume([keeper.place, was].filter(Boolean), "behind" in form.dataset);
if (resumed) sayResumed("Đã mở lại phần bạn viết dở, còn trong trình duyệt này.");
else if (!id) offerOthers();
if (id) {
  keeper.look();
  setInterval(() => { if (!document.hidden) keeper.look(); }, PRESENCE_MS);
}
document.documentElement.dataset.keeper = "ready";

// New articles that the server never had: their form has another key each time it is opened.
async function offerOthers() {
  const found = (await drafts.listed(who).catch(() => [])).filter((one) => !/^\d+$/.test(one.place) && one.place !== keeper.place);
  const last = found.at(-1);
  if (!last) return;
  const open = button("Mở lại phần ấy", "mini", () => go(`/desk/bai/moi?key=${last.place}`));
  const drop = button("Bỏ", "mini plain", async () => {
    await drafts.drop([drafts.keyOf(last)]);
    byId("local").hidden = true;
  });
  banner(`Trình duyệt này giữ phần bạn viết lúc ${when(new Date(last.at))} khi mất kết nối.`, open, drop);
}

// What the server has of the same writing is older: its note, which has a button to drop both, says so no more.
function sayResumed(words) {
  const kept = byId("kept");
  if (kept) kept.textContent = words;
  else banner(words);
}

function banner(words, ...buttons) {
  const text = document.createElement("span");
  text.className = "grow";
  text.textContent = words;
  const row = document.createElement("div");
  row.className = "row";
  row.append(text, ...buttons);
  byId("local").replaceChildren(row);
  byId("local").hidden = false;
}

function button(words, kind, pressed) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = kind;
  made.textContent = words;
  made.addEventListener("click", pressed);
  return made;
}
