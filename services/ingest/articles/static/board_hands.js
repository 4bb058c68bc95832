// The board by keyboard: to a story, its step, in one's own hands, urgent or not.

import { post } from "./net.js";

const told = document.getElementById("told");
const dialog = document.getElementById("back");

export function hands(board, { changed }) {
  const columns = () => [...board.querySelectorAll("[data-column]")];
  const cardsIn = (column) => [...column.querySelectorAll(".board-card")];
  const columnOf = (card) => card.closest("[data-column]");
  const here = () => document.activeElement?.closest(".board-card");
  const go = (card) => {
    card?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const first = () => board.querySelector(".board-card");

  function along(by) {
    const card = here();
    if (!card) return go(first());
    const cards = cardsIn(columnOf(card));
    go(cards[cards.indexOf(card) + by]);
  }

  function aside(by) {
    const card = here();
    if (!card) return go(first());
    const all = columns();
    const row = cardsIn(columnOf(card)).indexOf(card);
    for (let at = all.indexOf(columnOf(card)) + by; all[at]; at += by) {
      const cards = cardsIn(all[at]);
      if (cards.length) return go(cards[Math.min(row, cards.length - 1)]);
    }
  }

  // The next one that waits beside it is under the hand already.
  function goOn(card) {
    const cards = cardsIn(columnOf(card));
    const at = cards.indexOf(card);
    go(cards[at + 1] ?? cards[at - 1]);
  }

  async function send(card, url, form) {
    card.setAttribute("aria-busy", "true");
    const name = card.querySelector("a").textContent.trim();
    try {
      const { said } = await post(url, form, { headers: { "X-Stays": "1" } });
      told.textContent = `${name}: ${said}`;
      told.classList.remove("fault");
      changed();
    } catch (error) {
      told.textContent = `${name}: ${error.message}`;
      told.classList.add("fault");
      if (card.isConnected) go(card);
    } finally {
      card.removeAttribute("aria-busy");
    }
  }

  async function move(card, number) {
    const all = columns();
    const [to, from] = [all[number - 1], columnOf(card)];
    if (!to || to === from || card.ariaBusy === "true") return;
    const { id, version } = card.dataset;
    const form = { id, [`version-${id}`]: version, to: to.dataset.column, note: "" };
    if (all.indexOf(to) < all.indexOf(from)) {
      const why = await reason();
      if (why === null) return go(card);
      form.note = why;
    }
    goOn(card);
    await send(card, "/desk/bai/buoc", form);
  }

  function reason() {
    const words = dialog.querySelector("textarea");
    words.value = "";
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((done) => {
      dialog.addEventListener("close", () => done(dialog.returnValue === "go" ? words.value : null), { once: true });
    });
  }

  const KEYS = {
    j: () => along(1),
    k: () => along(-1),
    l: () => aside(1),
    h: () => aside(-1),
    x: (card) => card.querySelector("input[name=id]").click(),
    m: (card) => send(card, `/desk/bai/${card.dataset.id}/nhan`, {}),
    u: (card) => send(card, `/desk/bai/${card.dataset.id}/khan`, card.classList.contains("is-urgent") ? {} : { urgent: "1" }),
    Enter: (card) => card.querySelector("a").click(),
    ...Object.fromEntries([1, 2, 3, 4].map((number) => [number, (card) => move(card, number)])),
  };
  const ALONE = new Set(["j", "k", "h", "l"]);
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.target.closest("textarea, select, [contenteditable], input:not([type=checkbox])")) return;
    if (event.key === "Enter" && !event.target.matches(".board-card")) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = KEYS[key];
    const card = here();
    // A key that is held down takes one story, not all.
    if (!act || (!card && !ALONE.has(key)) || (event.repeat && !ALONE.has(key))) return;
    event.preventDefault();
    act(card);
  });
  document.documentElement.dataset.board = "ready";
}
