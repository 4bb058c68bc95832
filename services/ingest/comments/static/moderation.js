// "Choose all" over the list of comments; without scripts each is ticked alone.

const all = document.querySelector("[data-all]");
if (all) {
  const box = all.querySelector("input");
  const boxes = [...document.querySelectorAll('input[name="id"]')];
  all.hidden = false;
  // Enter in a list presses the form's first button: nobody approves by accident.
  all.closest("form").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.type === "checkbox") event.preventDefault();
  });
  box.addEventListener("change", () => { for (const one of boxes) one.checked = box.checked; });
  document.addEventListener("change", () => {
    const ticked = boxes.filter((one) => one.checked).length;
    box.checked = ticked === boxes.length;
    box.indeterminate = ticked > 0 && ticked < boxes.length;
  });
}
