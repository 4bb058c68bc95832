// Pieces of the forms of story blocks.

export const titled = (schema) =>
  `${schema.title}${schema.isOptional || (schema.default === "" && !schema.minLength) ? " (không bắt buộc)" : ""}`;

export function group(path, title) {
  const set = make("fieldset", "card stack");
  set.dataset.path = path;
  set.append(make("legend", "h2", title));
  return set;
}

export function button(words, pressed) {
  const made = make("button", "mini", words);
  made.type = "button";
  made.addEventListener("click", pressed);
  return made;
}

export function make(tag, kind, words = "") {
  const made = document.createElement(tag);
  made.className = kind;
  made.textContent = words;
  return made;
}
