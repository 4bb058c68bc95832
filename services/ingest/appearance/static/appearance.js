// What is chosen is seen at once in the frame; nothing is live before it is saved. Pictures are taken up by choosing a
// file, and whoever leaves without saving is asked.

import { uploader } from "./upload.js";

const QUIET_MS = 400;
const form = document.getElementById("look");
const said = document.getElementById("look-said");
const show = document.getElementById("look-show");
let timer = 0;
let unsaved = false;
let sending = false;

// Typed on top of each other, changes are shown once.
function shown() {
  clearTimeout(timer);
  timer = setTimeout(() => form.requestSubmit(show), QUIET_MS);
}

function changed() {
  unsaved = true;
  said.textContent = "Đã đổi, chưa lưu.";
  shown();
}

function picture(field, media) {
  const input = document.getElementById(field);
  const image = input.closest(".look-picture").querySelector("img");
  input.value = media ? String(media.id) : "";
  image.hidden = !media;
  if (media) image.src = media.thumb || media.url;
  changed();
}

form.addEventListener("input", (event) => {
  if (event.target.type === "file") return;
  if (event.target.type === "color") form.elements.own_colours.checked = true;
  changed();
});
for (const select of document.querySelectorAll("select[form=look]")) {
  select.addEventListener("change", (event) => { event.stopPropagation(); shown(); });
}
for (const input of form.querySelectorAll("[data-for]")) {
  const list = input.closest(".look-picture").querySelector("ul");
  const upload = uploader(list, (media) => picture(input.dataset.for, media));
  input.addEventListener("change", () => { upload(input.files); input.value = ""; });
}
form.addEventListener("click", (event) => {
  const clear = event.target.closest("[data-clear]");
  if (clear) picture(clear.dataset.clear, null);
});
form.addEventListener("submit", (event) => { sending = event.submitter !== show; });
addEventListener("beforeunload", (event) => {
  if (unsaved && !sending) event.preventDefault();
});
