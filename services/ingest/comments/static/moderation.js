// Comments by keyboard, each decided, mended and answered where it stands; without scripts they are ticked.

import { post } from "./net.js";
import { forgive, refuse } from "./refusal.js";

const rows = [...document.querySelectorAll("li[data-id]")];
const boxOf = (row) => row.querySelector('input[name="id"]');
const told = document.getElementById("told");

// ---------------------------------------------------------------- going

const isOpen = (row) => !row.dataset.decision;
const here = () => document.activeElement?.closest("li[data-id]");
let last = null;
document.addEventListener("focusin", () => { last = here() ?? last; });
const go = (row) => {
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
};

// Who clicked beside the list is led back to where they were.
function step(by) {
  const row = here();
  const next = row ? rows[rows.indexOf(row) + by] : last ?? rows[0];
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

// ---------------------------------------------------------------- deciding

const wordsOf = (row, decision) => {
  if (decision === "approve") return row.dataset.status === "approved" ? "Giữ lại" : "Đã duyệt";
  return row.dataset.status === "approved" ? "Đã gỡ" : "Đã từ chối";
};

function mark(row, decision, words) {
  if (decision) row.dataset.decision = decision;
  else delete row.dataset.decision;
  row.querySelector("[data-decided]").textContent = words;
  boxOf(row).disabled = Boolean(decision);
  if (decision) boxOf(row).checked = false;
}

function heard(versions) {
  for (const [id, version] of Object.entries(versions)) {
    const row = rows.find((one) => one.dataset.id === id);
    for (const input of row?.querySelectorAll("[data-version]") ?? []) input.value = version;
  }
}

function count() {
  const done = rows.filter((row) => !isOpen(row)).length;
  const failed = rows.filter((row) => row.dataset.failed !== undefined).length;
  told.textContent = `Xong ${done} / ${rows.length}.${failed ? ` ${failed} bình luận chưa được, hãy thử lại.` : ""}`;
}

// A key pressed by mistake is made good by the other key on the same comment; its answer comes after the first one's.
const sending = new Map();
function decide(row, decision) {
  const isSo = row.dataset.status === (decision === "approve" ? "approved" : "rejected");
  if (row.dataset.decision === decision || (isOpen(row) && isSo && row.dataset.reports === undefined)) return;
  const before = sending.get(row) ?? Promise.resolve();
  mark(row, decision, wordsOf(row, decision));
  goOn(row);
  sending.set(row, before.then(() => send(row, decision)));
}

async function send(row, decision) {
  const { id } = row.dataset;
  const version = row.querySelector("[data-version]").value;
  try {
    const form = { id, decision, [`version-${id}`]: version };
    heard((await post("/desk/binh-luan", form, { keepalive: true })).versions);
    delete row.dataset.failed;
  } catch (error) {
    if (row.dataset.decision === decision) mark(row, "", `Chưa được: ${error.message}`);
    row.dataset.failed = "";
  }
  count();
}

// ---------------------------------------------------------------- mending, answering, banning

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const hand = form.closest("details[data-key]");
  if (!hand) return;
  event.preventDefault();
  const row = form.closest("li[data-id]");
  const button = form.querySelector("button");
  if (button.disabled) return;
  button.disabled = true;
  forgive(form);
  try {
    const given = await post(form.action, new FormData(form));
    heard(given.versions ?? {});
    if (given.decision) {
      for (const id of Object.keys(given.versions)) {
        const other = rows.find((one) => one.dataset.id === id);
        if (other) mark(other, given.decision, wordsOf(other, given.decision));
      }
    }
    if (given.text !== undefined) row.querySelector(".comment-text").textContent = given.text;
    else form.reset();
    told.textContent = given.said;
    hand.open = false;
    go(row);
  } catch (error) {
    refuse(form, error);
  } finally {
    button.disabled = false;
  }
});

function open(row, key) {
  const hand = row.querySelector(`details[data-key="${key}"]`);
  if (!hand) return;
  hand.open = true;
  hand.querySelector("textarea, select").focus();
}

// ---------------------------------------------------------------- keys

const FIELDS = "details[data-key] form, select, [contenteditable], input:not([type=checkbox])";
const isTyping = (target) => target.closest(FIELDS) !== null;
const ROW_KEYS = {
  a: (row) => decide(row, "approve"),
  r: (row) => decide(row, "reject"),
  x: (row) => boxOf(row).click(),
  e: (row) => open(row, "e"),
  t: (row) => open(row, "t"),
  b: (row) => open(row, "b"),
};
// Programs that write Vietnamese for all of Windows make letters of keys here too: "a" twice comes as "â", "a" and "r" as
// "ả", a third "a" as two at once.
const BY_TELEX = { "â": "a", "ả": "r", "ã": "x", "ạ": "j", "ê": "e" };
const AT_ONCE_MS = 10;
let decided = -AT_ONCE_MS;
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (document.querySelector("dialog[open]")) return;
  const row = here();
  if (event.key === "Escape" && row) {
    const hand = document.activeElement.closest("details[data-key]");
    if (hand) { hand.open = false; go(row); }
    return;
  }
  // What desk.js has taken is no decision: "g a" leads to another page.
  if (isTyping(event.target) || event.defaultPrevented) return;
  const typed = event.key.toLowerCase();
  const key = BY_TELEX[typed] ?? typed;
  if (key === "j" || key === "k") {
    event.preventDefault();
    return step(key === "j" ? 1 : -1);
  }
  // A key that is held down decides one comment, not all.
  const act = ROW_KEYS[key];
  if (!act || !row || event.repeat || event.timeStamp - decided < AT_ONCE_MS) return;
  event.preventDefault();
  decided = event.timeStamp;
  act(row);
});
document.documentElement.dataset.moderation = "ready";
