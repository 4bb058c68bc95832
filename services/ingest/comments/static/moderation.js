// Comments by keyboard, each decided where it stands, and "choose all"; without scripts each is ticked alone.

import { post } from "./net.js";

const all = document.querySelector("[data-all]");
const rows = [...document.querySelectorAll("li[data-id]")];
const told = document.getElementById("told");
if (all) {
  const box = all.querySelector("input");
  const boxes = [...document.querySelectorAll('input[name="id"]')];
  all.hidden = false;
  box.addEventListener("change", () => { for (const one of boxes) one.checked = box.checked && !one.disabled; });
  document.addEventListener("change", () => {
    const ticked = boxes.filter((one) => one.checked).length;
    box.checked = ticked === boxes.length;
    box.indeterminate = ticked > 0 && ticked < boxes.length;
  });
}

const SAID = { approve: "Đã duyệt", reject: "Đã từ chối" };
const isOpen = (row) => !row.dataset.decision;
const here = () => document.activeElement?.closest("li[data-id]");
const go = (row) => {
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
};

function step(by) {
  const row = here();
  const next = row ? rows[rows.indexOf(row) + by] : rows[0];
  if (next) go(next);
}

// To what is not decided yet: below, else above; with nothing left to what comes after this page.
function goOn(row) {
  const place = rows.indexOf(row);
  const next = rows.slice(place + 1).find(isOpen) ?? rows.slice(0, place).findLast(isOpen);
  const rest = document.querySelector("[data-rest]");
  if (next) return go(next);
  rest.hidden = false;
  rest.focus();
}

function mark(row, decision, words) {
  if (decision) row.dataset.decision = decision;
  else delete row.dataset.decision;
  row.querySelector("[data-decided]").textContent = words;
  const box = row.querySelector('input[name="id"]');
  box.disabled = Boolean(decision);
  if (decision) box.checked = false;
}

async function decide(row, decision) {
  const isSo = row.dataset.status === (decision === "approve" ? "approved" : "rejected");
  if (!isOpen(row) || (isSo && !row.dataset.reports)) return;
  mark(row, decision, SAID[decision]);
  goOn(row);
  try {
    await post("/desk/binh-luan", { id: row.dataset.id, decision }, { keepalive: true });
    told.textContent = `${SAID[decision]} ${rows.filter((one) => !isOpen(one)).length} bình luận.`;
  } catch (error) {
    mark(row, "", `Chưa được: ${error.message}`);
    told.textContent = `Một bình luận chưa được quyết định: ${error.message}`;
  }
}

function open(row, key) {
  const hand = row.querySelector(`details[data-key="${key}"]`);
  if (!hand) return;
  hand.open = true;
  hand.querySelector("textarea, select").focus();
}

const isTyping = (target) => target.closest("textarea, select, [contenteditable], input:not([type=checkbox])") !== null;
const ROW_KEYS = {
  a: (row) => decide(row, "approve"),
  r: (row) => decide(row, "reject"),
  x: (row) => row.querySelector('input[name="id"]').click(),
  e: (row) => open(row, "e"),
  t: (row) => open(row, "t"),
  b: (row) => open(row, "b"),
};
let wentTo = 0;
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  const row = here();
  if (event.key === "Escape" && row) {
    const hand = document.activeElement.closest("details[data-key]");
    if (hand) { hand.open = false; go(row); }
    return;
  }
  if (isTyping(event.target)) return;
  // "g a" leads to another page and approves nothing.
  const leads = Date.now() - wentTo < 1200;
  wentTo = event.key === "g" && !leads ? Date.now() : 0;
  if (leads || event.defaultPrevented) return;
  if (event.key === "j" || event.key === "k") {
    event.preventDefault();
    return step(event.key === "j" ? 1 : -1);
  }
  // A key that is held down decides one comment, not all.
  const act = ROW_KEYS[event.key];
  if (!act || !row || event.repeat) return;
  event.preventDefault();
  act(row);
});
document.documentElement.dataset.moderation = "ready";
