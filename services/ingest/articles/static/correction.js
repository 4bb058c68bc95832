// The form of a correction: its text field becomes the editor's, and the places of the wrong words are shown as they
// are typed.

import { richText } from "./richtext_field.js";

const PAUSE_MS = 300;
const form = document.getElementById("correction");
const textarea = document.getElementById("body");
const places = document.getElementById("places");
let timer = 0;
let last = 0;

const editor = await richText(form, { onChange: later });
for (const name of ["wrong", "title"]) form.elements[name].addEventListener("input", later);
form.addEventListener("submit", () => { if (editor) textarea.value = editor.html(); });

function later() {
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE_MS);
}

async function look() {
  if (editor) textarea.value = editor.html();
  const mine = ++last;
  try {
    const answer = await fetch(`${location.pathname}/tim`, { method: "POST", body: new FormData(form) });
    if (!answer.ok) return;
    const shown = await answer.text();
    // A later question is under way: its answer counts.
    if (mine === last) places.innerHTML = shown;
  } catch {
    // Without an answer the server shows the places when the form is sent.
  }
}
