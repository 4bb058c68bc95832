// The editor in the place of a form's text field; null where it does not open, with the text as it came.

import { storyBlocks } from "./blocks.js";

export async function richText(form, { onChange, onMended = () => {}, onLeftOut = () => {}, pickMedia = null, pictures = null }) {
  const textarea = document.getElementById("body");
  const state = document.getElementById("editor-state");
  try {
    const { createEditor } = await import(form.dataset.richtext);
    const place = document.getElementById("richtext");
    const editor = createEditor(place, {
      html: textarea.value,
      labelledBy: "body-label",
      editable: !form.querySelector("fieldset[disabled]"),
      onChange,
      onMended,
      onLeftOut,
      pictures,
      blocks: storyBlocks({ richtext: form.dataset.richtext, pickMedia }),
    });
    place.hidden = false;
    textarea.hidden = true;
    state.hidden = true;
    document.getElementById("body-label").addEventListener("click", () => editor.focus());
    document.documentElement.dataset.editor = "ready";
    return editor;
  } catch (error) {
    console.error(error);
    state.textContent = "Không mở được ô soạn thảo nên không sửa được nội dung; chữ của bài vẫn còn nguyên, các ô khác vẫn lưu được. Hãy tải lại trang.";
    for (const one of [state, textarea]) one.classList.remove("late");
    return null;
  }
}
