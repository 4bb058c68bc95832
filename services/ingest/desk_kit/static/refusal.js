// What the server refused, said beside the fields that it is about; what was typed stays.

export function refuse(form, error) {
  forgive(form);
  const said = error.told?.errors?.filter((one) => one.message) ?? [];
  const rest = [];
  let first = null;
  for (const { field, message } of said) {
    const input = inputOf(form, field);
    if (!input) { rest.push(message); continue; }
    beside(input, message);
    first ??= input;
  }
  if (!said.length) rest.push(error.message);
  if (rest.length) {
    const words = document.createElement("p");
    words.className = "fault";
    words.dataset.refusal = "";
    words.setAttribute("role", "alert");
    words.textContent = rest.join(" ");
    form.append(words);
  }
  const shown = first?.hidden ? form.querySelector("[contenteditable=true]") : first;
  const place = shown ?? form.querySelector("[data-refusal]");
  // It may be folded away, or on a tab that is not shown.
  place?.dispatchEvent(new Event("reveal", { bubbles: true }));
  place?.scrollIntoView({ block: "center" });
  shown?.focus();
}

export function forgive(form) {
  form.querySelectorAll("[data-refusal]").forEach((words) => words.remove());
  // Fields may stand outside their form.
  for (const input of form.elements) {
    if (!input.hasAttribute("aria-invalid")) continue;
    placeOf(input).querySelectorAll("[data-refusal]").forEach((words) => words.remove());
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
}

const placeOf = (input) => input.closest(".field") ?? input.parentElement;

// "images.2.caption" is the caption of the third picture, "byline.0.name" the first person's name.
const ROWS = { images: "image", byline: "person", people: "person" };

function inputOf(form, path) {
  const [name, number, part] = path.split(".");
  const ofRows = ROWS[name] && `${ROWS[name]}_${part ?? "name"}`;
  const rows = [...form.elements].filter((one) => one.name === ofRows);
  if (rows.length) return rows[Number(number) || 0] ?? null;
  const named = name ? form.elements.namedItem(name) : null;
  // A day or an hour is typed beside what is sent: both have the name, one as its id.
  const found = named instanceof RadioNodeList ? [...named].find((one) => one.closest(".date-field")) : named;
  if (!(found instanceof HTMLElement) || found.type === "hidden") return null;
  return found.closest(".date-field")?.querySelector("input") ?? found;
}

function beside(input, message) {
  const words = document.createElement("p");
  words.className = "fault";
  words.dataset.refusal = "";
  words.id = `${input.id || input.name}-refusal`;
  words.textContent = message;
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", words.id);
  placeOf(input).append(words);
}
