// All that can be done and every story, by a few letters: what the page has as links and buttons, and stories by title.

import { ask } from "./net.js";

const MOST = 8;
const REST_MS = 150;
// What a page offers as a step, by the words on it; what is folded is offered by its name.
const OFFERED = [
  ".nav a", "main .actions a", "main .tabs a", "main .saved a", ".next-links a", "main form[data-step] button", "#save",
  ".side-tabs button", ".side summary", ".side form[data-step] button", ".side button[id]",
].join(", ");
// Part of every page, by the keys that do the same.
const EVERYWHERE = [
  { name: "Bài mới", act: () => location.assign("/desk/bai/moi") },
  { name: "Phím tắt", act: () => document.getElementById("keys").showModal() },
];
const folded = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();

let dialog = null;
let box = null;
let list = null;
let chosen = 0;
let asked = 0;
let timer = 0;

// It has just been opened.
export function begin() {
  dialog ??= made();
  chosen = 0;
  show([]);
  find();
}

function made() {
  const found = document.getElementById("palette");
  box = found.querySelector("input");
  list = found.querySelector("ul");
  box.addEventListener("input", () => { chosen = 0; find(); });
  found.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) { event.preventDefault(); choose(chosen + by); }
    if (event.key === "Enter") { event.preventDefault(); list.children[chosen]?.click(); }
  });
  found.addEventListener("click", (event) => { if (event.target === found) found.close(); });
  return found;
}

function commands(typed) {
  const words = folded(typed).split(/\s+/).filter(Boolean);
  // The navigation is folded away on a phone, and one tab is shown at a time.
  const isFolded = (one) => one.closest("[hidden]:not([data-tab])") || one.parentElement.closest("details:not([open]) > :not(summary)");
  const isThere = (one) => !one.disabled && !isFolded(one) && (one.closest(".nav, .side") || one.getClientRects().length > 0);
  const all = [...document.querySelectorAll(OFFERED)].filter(isThere);
  const named = [...all.map((one) => ({ name: one.textContent.replace(/\s+/g, " ").trim(), act: () => doIt(one) })), ...EVERYWHERE];
  const once = [...new Map(named.map((one) => [one.name, one])).values()];
  return once.filter(({ name }) => words.every((word) => folded(name).includes(word))).slice(0, MOST);
}

function doIt(one) {
  one.dispatchEvent(new Event("reveal", { bubbles: true }));
  if (!one.matches("summary")) return one.click();
  one.parentElement.open = true;
  (one.parentElement.querySelector("input:not([type=hidden]), select, textarea, button") ?? one).focus();
}

function find() {
  const typed = box.value.trim();
  show(commands(typed));
  clearTimeout(timer);
  const mine = ++asked;
  if (typed.length < 2) return;
  timer = setTimeout(async () => {
    const { articles } = await ask(`/desk/bai/tim.json?q=${encodeURIComponent(typed)}`).catch(() => ({ articles: [] }));
    if (mine !== asked) return;
    const stories = articles.map(({ id, title, status }) => ({ name: title, about: status, act: () => location.assign(`/desk/bai/${id}`) }));
    show([...commands(typed), ...stories]);
  }, REST_MS);
}

function show(items) {
  list.replaceChildren(...items.map(({ name, about, act }, at) => {
    const item = document.createElement("li");
    item.id = `palette-${at}`;
    item.role = "option";
    item.textContent = name;
    if (about) {
      const more = document.createElement("span");
      more.className = "small quiet";
      more.textContent = about;
      item.append(" ", more);
    }
    item.addEventListener("click", () => { dialog.close(); act(); });
    return item;
  }));
  choose(Math.min(chosen, Math.max(0, items.length - 1)));
}

function choose(at) {
  const items = [...list.children];
  chosen = items.length ? (at + items.length) % items.length : 0;
  for (const [place, item] of items.entries()) item.ariaSelected = String(place === chosen);
  if (items.length) box.setAttribute("aria-activedescendant", items[chosen].id);
  else box.removeAttribute("aria-activedescendant");
  items[chosen]?.scrollIntoView({ block: "nearest" });
}
