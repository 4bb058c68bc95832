// The form of a correction: its text field becomes the editor's.

import { richText } from "./richtext_field.js";

const form = document.getElementById("correction");
const textarea = document.getElementById("body");
const editor = await richText(form, { onChange: () => {}, onFiles: () => {} });
form.addEventListener("submit", () => { if (editor) textarea.value = editor.html(); });
