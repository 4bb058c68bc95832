// The board as it changes: stories come, go and move while one looks, and each is taken a step on by one key.

import { hands } from "./board_hands.js";
import { sound } from "./board_sound.js";
import { ages } from "./times.js";

const board = document.getElementById("board");
const state = document.getElementById("live");
const title = document.title;
const most = Number(board.dataset.most);
const LOAD_MS = 10_000;
// The server beats every 15 s: who hears nothing for so long has a dead line.
const SILENCE_MS = 40_000;
const AGAIN_MS = [2_000, 30_000];
// Many come back at once when a server starts again.
const SPREAD_MS = 1_000;
let entry = Number(board.dataset.entry);
let source = null;
let heardAt = 0;
let wait = AGAIN_MS[0];
let isEnded = "";
let refilling = 0;

const columnOf = (name) => board.querySelector(`[data-column="${name}"]`);
const cardOf = (id) => document.getElementById(`b${id}`);
const urgentIds = () => new Set([...board.querySelectorAll('[data-column]:not([data-column="published"]) .is-urgent')].map((card) => card.dataset.id));
const alarm = sound(document.querySelector("[data-sound]"));
const isLive = () => source !== null && source.readyState === EventSource.OPEN;

// ---------------------------------------------------------------- what is shown

function place(card, column) {
  const list = column.querySelector("ul");
  const rank = (one) => [one.classList.contains("is-urgent") ? 0 : 1, Number(one.dataset.place)];
  const [haste, at] = rank(card);
  const next = [...list.children].find((one) => {
    const [other, where] = rank(one);
    return other > haste || (other === haste && where > at);
  });
  list.insertBefore(card, next ?? null);
  while (list.children.length > most) list.lastElementChild.remove();
}

// Whoever stands at a card or has ticked it does so still when it is drawn anew.
function draw({ id, column, html }) {
  const old = cardOf(id);
  const had = old?.contains(document.activeElement) ? document.activeElement : null;
  const isTicked = old?.querySelector("input[name=id]").checked ?? false;
  const made = document.createElement("template");
  made.innerHTML = html;
  const card = made.content.firstElementChild;
  old?.remove();
  card.querySelector("input[name=id]").checked = isTicked;
  place(card, columnOf(column));
  if (had && card.isConnected) (had.matches("a") ? card.querySelector("a") : had.matches("input") ? card.querySelector("input") : card).focus({ preventScroll: true });
}

function count(counts) {
  let isShort = false;
  for (const [name, number] of Object.entries(counts)) {
    const column = columnOf(name);
    const shown = column.querySelector("ul").children.length;
    column.querySelector("[data-count]").textContent = number.toLocaleString("vi-VN");
    column.querySelector("[data-rest]").hidden = number <= shown;
    isShort ||= shown < most && shown < number;
  }
  // A long column has room again for what stood below its end.
  if (isShort && !refilling) refilling = setTimeout(() => { refilling = 0; load(); }, AGAIN_MS[0]);
}

function entitle(urgent) {
  document.title = urgent ? `(${urgent} khẩn) ${title}` : title;
}

// What is urgent since a moment ago is said, and heard where somebody wants to.
function ring(before) {
  const fresh = [...urgentIds()].filter((id) => !before.has(id));
  if (!fresh.length) return;
  document.getElementById("alarm").textContent = fresh.map((id) => cardOf(id).querySelector("a").textContent.trim()).join("; ");
  alarm.ring();
}

function change({ cards, gone, counts, urgent }) {
  const before = urgentIds();
  for (const id of gone) cardOf(id)?.remove();
  cards.forEach(draw);
  count(counts);
  entitle(urgent);
  ring(before);
}

// The whole board anew; false where it could not be had.
async function load() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(LOAD_MS) }).catch(() => null);
  if (answer?.redirected) end("signed-out");
  if (!answer?.ok || answer.redirected) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("board");
  if (!page) return false;
  const before = urgentIds();
  const here = document.activeElement?.closest(".board-card")?.id;
  const ticked = new Set([...board.querySelectorAll("input[name=id]:checked")].map((box) => box.value));
  entry = Number(page.dataset.entry);
  board.replaceChildren(...document.adoptNode(page).children);
  for (const box of board.querySelectorAll("input[name=id]")) box.checked = ticked.has(box.value);
  if (here) document.getElementById(here)?.focus({ preventScroll: true });
  entitle(Number(page.dataset.urgent));
  ring(before);
  return true;
}

// ---------------------------------------------------------------- the line

function listen() {
  source?.close();
  const asked = new URLSearchParams(location.search);
  asked.set("sau", entry);
  source = new EventSource(`/desk/bang/dong?${asked}`);
  heardAt = Date.now();
  const on = (name, heard) => source.addEventListener(name, (event) => {
    heardAt = Date.now();
    entry = Math.max(entry, Number(event.lastEventId));
    heard?.(event.data);
  });
  source.addEventListener("open", () => { heardAt = Date.now(); wait = AGAIN_MS[0]; say("Bảng tự cập nhật."); });
  source.addEventListener("error", () => {
    say("Mất kết nối; bảng đang tự nối lại…");
    // The browser comes back by itself after a break, not after a refusal.
    if (source.readyState === EventSource.CLOSED) later();
  });
  on("beat");
  on("change", (data) => change(JSON.parse(data)));
  on("again", load);
  on("end", end);
}

function later() {
  source?.close();
  source = null;
  setTimeout(async () => { if (!isEnded && !source) (await load()) ? listen() : isEnded || later(); }, wait + Math.random() * SPREAD_MS);
  wait = Math.min(wait * 2, AGAIN_MS[1]);
}

function end(why) {
  isEnded = why;
  source?.close();
  source = null;
  if (why !== "signed-out") return say("Bảng này tạm dừng vì bạn mở bảng ở nhiều cửa sổ; trở lại cửa sổ này là nó chạy tiếp.");
  say("Phiên làm việc đã hết: ");
  const link = document.createElement("a");
  link.href = `/desk/dang-nhap?tiep=${encodeURIComponent(location.pathname + location.search)}`;
  link.textContent = "đăng nhập lại";
  state.append(link);
}

async function resume() {
  if (isEnded !== "full") return;
  isEnded = "";
  (await load()) ? listen() : later();
}

function say(words) {
  if (state.textContent !== words) state.textContent = words;
}

setInterval(() => {
  ages(board);
  if (source && Date.now() - heardAt > SILENCE_MS) { say("Mất kết nối; bảng đang tự nối lại…"); later(); }
}, SILENCE_MS / 4);
document.addEventListener("visibilitychange", () => { if (!document.hidden) resume(); });
window.addEventListener("pagehide", () => source?.close());
window.addEventListener("pageshow", (event) => { if (event.persisted && !isEnded) later(); });

hands(board, { changed: () => { if (!isLive()) load(); } });
entitle(Number(board.dataset.urgent));
listen();
