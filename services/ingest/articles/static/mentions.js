// Calling a colleague in a note: "@" and a few letters, with or without marks, and the name is chosen.

const MOST = 8;
// A call that is being typed at the caret; names have blanks inside.
const CALL = /(?:^|[^\p{L}\p{N}])@([\p{L}\p{N}][^@\n]{0,40}|)$/u;
const folded = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").replace(/đ/gi, "d").toLowerCase();
const names = [...document.querySelectorAll("#people-here option")].map((one) => one.value);

function begin(field) {
  const list = document.createElement("ul");
  Object.assign(list, { id: `${field.id}-people`, className: "suggestions", role: "listbox", ariaLabel: "Gọi ai", hidden: true });
  field.after(list);
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-autocomplete", "list");
  field.autocomplete = "off";
  let chosen = 0;

  const typed = () => CALL.exec(field.value.slice(0, field.selectionStart))?.[1];
  const fits = (name, letters) => folded(` ${name}`).includes(` ${letters}`);

  function find() {
    const letters = typed();
    const found = letters === undefined ? [] : names.filter((name) => fits(name, folded(letters))).slice(0, MOST);
    list.replaceChildren(...found.map((name, at) => {
      const item = document.createElement("li");
      Object.assign(item, { id: `${list.id}-${at}`, role: "option", textContent: name });
      // The field keeps the caret.
      item.addEventListener("pointerdown", (event) => { event.preventDefault(); take(name); });
      return item;
    }));
    list.hidden = !found.length;
    choose(0);
  }

  function choose(at) {
    const items = [...list.children];
    chosen = items.length ? (at + items.length) % items.length : 0;
    items.forEach((item, n) => { item.ariaSelected = String(n === chosen); });
    if (list.hidden) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", items[chosen].id);
  }

  function take(name) {
    field.setRangeText(`${name} `, field.selectionStart - typed().length, field.selectionStart, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  }

  function close() {
    list.replaceChildren();
    list.hidden = true;
    choose(0);
  }

  field.addEventListener("input", find);
  // What was typed before this script came.
  if (document.activeElement === field) find();
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) choose(chosen + by);
    else if (event.key === "Enter" || event.key === "Tab") take(list.children[chosen].textContent);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
}

for (const field of document.querySelectorAll("[data-mentions]")) begin(field);
