// What every page has: the menu on a phone, shortcuts, questions before what can't be undone, times of this moment.

document.documentElement.classList.add("js");

const menu = document.querySelector(".menu-button");
if (menu) {
  const nav = document.getElementById("nav");
  menu.hidden = false;
  menu.addEventListener("click", () => {
    menu.setAttribute("aria-expanded", String(nav.classList.toggle("open")));
  });
}

// Where one is in the navigation is in sight, also on a low screen.
document.querySelector(".nav [aria-current]")?.scrollIntoView({ block: "nearest" });

// <button data-confirm="Xóa?"> asks first.
document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog).showModal();
  const closer = event.target.closest("[data-close]");
  if (closer) closer.closest("dialog").close();
  const backLink = event.target.closest("[data-back]");
  if (backLink && history.length > 1) {
    event.preventDefault();
    history.back();
  }
  const copier = event.target.closest("[data-copy]");
  if (copier) navigator.clipboard?.writeText(copier.dataset.copy).then(() => { copier.textContent = "Đã chép"; });
});

// What somebody is led to is not left folded.
document.addEventListener("reveal", ({ target }) => {
  for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
});

// Choosing in a filter is enough; without scripts its button does the same.
for (const form of document.querySelectorAll("form[data-auto]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

// "Choose all" over the boxes of its form; without scripts each is ticked alone.
for (const all of document.querySelectorAll("[data-all]")) {
  const box = all.querySelector("input");
  const form = all.closest("form");
  const boxes = [...form.elements].filter((one) => one.name === "id");
  all.hidden = false;
  // Enter in a box would press the form's first button: nothing is done by accident.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.type === "checkbox" && event.target.form === form) event.preventDefault();
  });
  box.addEventListener("change", () => { for (const one of boxes) one.checked = box.checked && !one.disabled; });
  document.addEventListener("change", () => {
    const ticked = boxes.filter((one) => one.checked).length;
    box.checked = ticked === boxes.length;
    box.indeterminate = ticked > 0 && ticked < boxes.length;
  });
}

// What one cannot find on the page is a few letters away; in a story's text the same keys make a link.
document.addEventListener("keydown", async (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.key.toLowerCase() !== "k") return;
  const palette = document.getElementById("palette");
  if (event.defaultPrevented || !palette || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  // At once: the next letters are meant for it, and would else be keys of the page.
  palette.querySelector("input").value = "";
  palette.showModal();
  (await import("./palette.js")).begin();
});

// Nobody waits for these who came to write: the line is the text's until that is open, or has failed to.
function rest() {
  if (document.getElementById("unread")) import("./inbox.js");
  if (document.querySelector("[data-mentions]")) import("./mentions.js");
}
// But a field that is put in another's place must be there before somebody types.
if (document.querySelector('[type="date"], [type="time"], [type="month"], [type="datetime-local"]')) import("./date_fields.js");
const opening = document.getElementById("editor-state");
if (opening) {
  const opened = new Promise((done) => new MutationObserver(done).observe(opening, { attributes: true }));
  Promise.race([opened, new Promise((done) => setTimeout(done, 15_000))]).then(rest);
} else {
  rest();
}

const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
let wentTo = 0;
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (Date.now() - wentTo < 1200) {
    wentTo = 0;
    const link = document.querySelector(`[data-go="${CSS.escape(event.key.toLowerCase())}"]`);
    if (link) { event.preventDefault(); link.click(); }
    return;
  }
  if (event.key === "g") wentTo = Date.now();
  else if (event.key === "?") document.getElementById("keys")?.showModal();
  else if (event.key === "n") document.querySelector("[data-new]")?.click() ?? location.assign("/desk/bai/moi");
  else if (event.key === "/") {
    const search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); }
  }
});
