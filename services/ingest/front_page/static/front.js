// The front page's slots in another order by dragging; the buttons beside them do the same without a mouse.

const slots = document.getElementById("slots");
const said = document.getElementById("front-said");
let dragged = null;

slots.addEventListener("dragstart", (event) => {
  dragged = event.target.closest(".slot");
  dragged?.classList.add("dragged");
});
slots.addEventListener("dragover", (event) => {
  const over = event.target.closest(".slot");
  if (!dragged || !over || over === dragged) return;
  event.preventDefault();
  const area = over.getBoundingClientRect();
  if (event.clientY < area.top + area.height / 2) over.before(dragged);
  else over.after(dragged);
});
slots.addEventListener("dragend", () => {
  dragged?.classList.remove("dragged");
  dragged = null;
  said.textContent = "Thứ tự đã đổi, chưa lưu.";
});
slots.addEventListener("input", () => { said.textContent = "Giờ đã đổi, chưa lưu."; });
