// The stories that stand under an article: found by words, number or address as the desk's list finds them, put in order
// by keys or the mouse. The field keeps their numbers; without scripts they are typed there.

import { ask } from "./net.js";

const REST_MS = 150;

// `changed()` is told when another one is chosen, none any more, or in another order.
export function relatedStories(field, changed) {
  const byId = (id) => document.getElementById(id);
  const [list, box, found, said] = ["chosen", "find", "found", "said"].map((name) => byId(`related-${name}`));
  let asked = 0;
  let timer = 0;
  let at = 0;
  let dragged = null;

  const numbers = () => field.value.split(/[\s,]+/).filter((one) => /^\d+$/.test(one));
  const isClosed = () => Boolean(list.closest("fieldset[disabled]"));

  const find = async (words) => (await ask(`/desk/bai/tim.json?q=${encodeURIComponent(words)}`)).articles;

  function keep(words) {
    field.value = [...list.children].map((row) => row.dataset.id).join(", ");
    said.textContent = words;
    changed();
  }

  function row(id, title) {
    const made = document.createElement("li");
    Object.assign(made, { className: "row", draggable: true });
    made.dataset.id = id;
    const name = Object.assign(document.createElement("span"), { className: "grow", textContent: title });
    const buttons = [["↑", "Lên", up], ["↓", "Xuống", down], ["✕", "Bỏ", remove]].map(([sign, words, act]) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "mini plain", textContent: sign });
      button.ariaLabel = `${words}: ${title}`;
      button.title = act === remove ? "Bỏ (Delete)" : `${words} (Alt+${sign})`;
      button.addEventListener("click", () => act(made, button));
      return button;
    });
    made.append(name, ...buttons);
    return made;
  }

  function move(one, by, button) {
    if (by < 0) one.previousElementSibling?.before(one);
    else one.nextElementSibling?.after(one);
    // A row that is moved takes the focus with it.
    button.focus();
    keep(`Đã chuyển đến chỗ thứ ${[...list.children].indexOf(one) + 1}.`);
  }
  const up = (one, button) => move(one, -1, button);
  const down = (one, button) => move(one, 1, button);

  function remove(one) {
    const next = one.nextElementSibling ?? one.previousElementSibling;
    one.remove();
    (next?.querySelector("button:last-child") ?? box).focus();
    keep("Đã bỏ một bài.");
  }

  list.addEventListener("keydown", (event) => {
    const one = event.target.closest("li");
    const by = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : 0;
    if (!one || !(by || event.key === "Delete")) return;
    event.preventDefault();
    if (by) move(one, by, event.target);
    else remove(one);
  });
  list.addEventListener("dragstart", (event) => {
    if (isClosed()) return event.preventDefault();
    dragged = event.target.closest("li");
    // WebKit drags nothing that has no data.
    event.dataTransfer.setData("text/plain", "");
    event.dataTransfer.effectAllowed = "move";
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (dragged) event.preventDefault();
    if (!dragged || !over || over === dragged) return;
    const area = over.getBoundingClientRect();
    if (event.clientY < area.top + area.height / 2) over.before(dragged);
    else over.after(dragged);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => { if (dragged) keep("Thứ tự đã đổi."); dragged = null; });

  // ---- what is typed

  function close() {
    asked += 1;
    clearTimeout(timer);
    found.hidden = true;
    box.ariaExpanded = "false";
    box.removeAttribute("aria-activedescendant");
  }

  function choose(to) {
    const items = [...found.children];
    at = items.length ? (to + items.length) % items.length : 0;
    for (const [place, item] of items.entries()) item.ariaSelected = String(place === at);
    if (items.length) box.setAttribute("aria-activedescendant", items[at].id);
    items[at]?.scrollIntoView({ block: "nearest" });
  }

  function add({ id, title }) {
    list.append(row(id, title));
    box.value = "";
    close();
    box.focus();
    keep(`Đã thêm ${title}.`);
  }

  async function look() {
    const mine = ++asked;
    const typed = box.value.trim();
    if (!typed) return close();
    const all = await find(typed).catch(() => null);
    if (mine !== asked) return;
    const own = new Set([...numbers(), field.form.dataset.id]);
    const items = (all ?? []).filter((one) => !own.has(String(one.id)));
    found.replaceChildren(...items.map((one, place) => {
      const item = Object.assign(document.createElement("li"), { id: `related-found-${place}`, textContent: one.title });
      item.role = "option";
      const about = Object.assign(document.createElement("span"), { className: "small quiet", textContent: one.status });
      item.append(" ", about);
      // The box keeps the focus.
      item.addEventListener("mousedown", (event) => event.preventDefault());
      item.addEventListener("click", () => add(one));
      return item;
    }));
    found.hidden = !items.length;
    box.ariaExpanded = String(items.length > 0);
    said.textContent = items.length ? `${items.length} bài.` : all ? "Không có bài nào như vậy." : "Chưa tìm được, hãy thử lại.";
    choose(0);
  }

  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, REST_MS); });
  box.addEventListener("blur", close);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by && !found.hidden) { event.preventDefault(); choose(at + by); }
    if (event.key === "Escape" && !found.hidden) { event.preventDefault(); event.stopPropagation(); close(); }
    if (event.key !== "Enter") return;
    // Enter saves nothing here.
    event.preventDefault();
    if (!found.hidden) found.children[at]?.click();
  });

  // ---- what the field says

  async function draw() {
    const known = new Map([...document.querySelectorAll("#related-chosen li, #related-titles li")].map((one) => [
      one.dataset.id, (one.querySelector(".grow") ?? one).textContent.trim(),
    ]));
    const wanted = [...new Set(numbers())];
    list.replaceChildren(...wanted.map((id) => row(id, known.get(id) ?? `Bài số ${id}`)));
    for (const id of wanted.filter((one) => !known.has(one))) {
      const title = (await find(id).catch(() => [])).find((one) => String(one.id) === id)?.title;
      const shown = title && list.querySelector(`[data-id="${id}"]`);
      if (shown) shown.replaceWith(row(id, title));
    }
  }

  // What cannot be meant stays to be mended by hand.
  if (numbers().length !== field.value.split(/[\s,]+/).filter(Boolean).length) return;
  byId("related-picker").hidden = false;
  document.querySelector("label[for=related]").htmlFor = box.id;
  field.hidden = true;
  byId("related-titles")?.setAttribute("hidden", "");
  field.addEventListener("refill", draw);
  draw();
}
