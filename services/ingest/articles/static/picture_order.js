// The order of the pictures: by mouse, by a finger that rests on one first, by keys. A picture may be let go over the text.

const MOUSE_PIXELS = 6;
const REST_MS = 300;

// `moved()` is told of a new order, `dropped(row, x, y)` of a picture that was let go elsewhere.
export function inOrder(list, { moved, dropped }) {
  let held = null;
  let isDragging = false;
  let resting = 0;
  let order = [];

  const rowOf = (target) => target?.closest?.(".pictures > .picture");

  function begin() {
    isDragging = true;
    order = [...list.children];
    held.row.classList.add("dragged");
    document.documentElement.classList.add("dragging");
  }

  function end() {
    clearTimeout(resting);
    held?.row.classList.remove("dragged");
    document.documentElement.classList.remove("dragging");
    [held, isDragging] = [null, false];
  }

  list.addEventListener("pointerdown", (event) => {
    const row = event.target.closest(".picture-open") && rowOf(event.target);
    if (!row || event.button || list.closest("fieldset[disabled]")) return;
    held = { row, x: event.clientX, y: event.clientY };
    if (event.pointerType !== "mouse") resting = setTimeout(begin, REST_MS);
  });
  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    const far = Math.hypot(event.clientX - held.x, event.clientY - held.y) > MOUSE_PIXELS;
    // A finger that moves at once scrolls.
    if (!isDragging && far && event.pointerType !== "mouse") return end();
    if (!isDragging && far) begin();
    if (!isDragging) return;
    const over = rowOf(document.elementFromPoint(event.clientX, event.clientY));
    if (!over || over === held.row) return;
    const all = [...list.children];
    over[all.indexOf(over) < all.indexOf(held.row) ? "before" : "after"](held.row);
  });
  document.addEventListener("pointerup", (event) => {
    if (!held) return;
    if (isDragging) {
      // The press that ends here opens nothing.
      const swallow = (press) => { press.stopPropagation(); press.preventDefault(); };
      document.addEventListener("click", swallow, true);
      setTimeout(() => document.removeEventListener("click", swallow, true));
      if (order.some((row, at) => row !== list.children[at])) moved();
      dropped(held.row, event.clientX, event.clientY);
    }
    end();
  });
  document.addEventListener("pointercancel", end);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !isDragging) return;
    event.preventDefault();
    list.append(...order);
    end();
  });
  list.addEventListener("touchmove", (event) => { if (isDragging) event.preventDefault(); }, { passive: false });
  list.addEventListener("contextmenu", (event) => { if (held) event.preventDefault(); });
  list.addEventListener("dragstart", (event) => event.preventDefault());

  list.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const row = event.target.closest(".picture-open") && rowOf(event.target);
    if (!by || !event.altKey || !row) return;
    event.preventDefault();
    move(row, by, event.target);
    moved();
  });
}

// A row that is moved takes the focus with it.
export function move(row, by, focused) {
  if (by < 0) row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  focused.focus();
}
