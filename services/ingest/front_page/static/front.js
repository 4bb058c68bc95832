// The front page's slots in another order, by dragging or by the buttons beside them; nothing is live before it is
// saved, and whoever leaves without saving is asked.

const form = document.getElementById("front");
const slots = document.getElementById("slots");
const said = document.getElementById("front-said");
let dragged = null;
let unsaved = said.textContent.trim() !== "";
let sending = false;

function changed(words) {
  unsaved = true;
  said.textContent = words;
}

slots.addEventListener("dragstart", (event) => {
  dragged = event.target.closest(".slot");
  dragged?.classList.add("dragged");
  // WebKit drags nothing that has no data.
  event.dataTransfer.setData("text/plain", "");
  event.dataTransfer.effectAllowed = "move";
});
slots.addEventListener("dragover", (event) => {
  const over = event.target.closest(".slot");
  if (dragged) event.preventDefault();
  if (!dragged || !over || over === dragged) return;
  const area = over.getBoundingClientRect();
  if (event.clientY < area.top + area.height / 2) over.before(dragged);
  else over.after(dragged);
  changed("Thứ tự đã đổi, chưa lưu.");
});
slots.addEventListener("drop", (event) => event.preventDefault());
slots.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  dragged = null;
});
slots.addEventListener("click", (event) => {
  const button = event.target.closest("button[name=do]");
  const slot = button?.closest(".slot");
  if (!slot) return;
  event.preventDefault();
  const move = button.value.split(":")[0];
  if (move === "remove") {
    const next = slot.nextElementSibling ?? slot.previousElementSibling;
    slot.remove();
    (next?.querySelector("button[value^=remove]") ?? document.getElementById("q")).focus();
  } else {
    if (move === "up") slot.previousElementSibling?.before(slot);
    else slot.nextElementSibling?.after(slot);
    button.focus();
  }
  changed(move === "remove" ? "Đã bỏ ghim một bài, chưa lưu." : "Thứ tự đã đổi, chưa lưu.");
});
slots.addEventListener("input", () => changed("Giờ đã đổi, chưa lưu."));
slots.addEventListener("keydown", (event) => {
  // Enter would press the first button of the form.
  if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
});
document.getElementById("q").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  // Enter in the search finds, and saves nothing.
  event.preventDefault();
  form.requestSubmit(document.querySelector("button[data-enter]"));
});
form.addEventListener("submit", (event) => { sending = event.submitter?.formTarget !== "_blank"; });
addEventListener("beforeunload", (event) => {
  if (unsaved && !sending) event.preventDefault();
});
