// Writing an entry: what is typed is kept on this device until the desk has it; pictures are uploaded from the phone.

import { post } from "./net.js";
import { forgive, refuse } from "./refusal.js";
import { uploader } from "./upload.js";

const form = document.getElementById("write");
if (form) {
  const kept = `toasoan:live:${form.dataset.article}`;
  // With the form's key: what was sent before the page was lost is the same entry when it is sent again.
  const NAMES = ["once", "title", "body"];
  const field = (name) => form.elements.namedItem(name);

  try {
    for (const [name, words] of Object.entries(JSON.parse(localStorage.getItem(kept) ?? "{}"))) {
      if (NAMES.includes(name)) field(name).value = words;
    }
  } catch {}
  form.addEventListener("input", () => {
    try {
      localStorage.setItem(kept, JSON.stringify(Object.fromEntries(NAMES.map((name) => [name, field(name).value]))));
    } catch {}
  });

  const pictures = form.querySelector("[data-pictures]");
  const files = form.querySelector("[data-files]");
  const upload = uploader(form.querySelector("[data-uploads]"), (media) => {
    const row = document.getElementById("entry-picture").content.cloneNode(true);
    row.querySelector("[name=image_url]").value = media.url;
    row.querySelector("[name=image_caption]").value = media.caption ?? "";
    row.querySelector("img").src = media.thumb || media.url;
    pictures.append(row);
  });
  files.hidden = false;
  files.querySelector("input").addEventListener("change", ({ target }) => { upload(target.files); target.value = ""; });
  pictures.addEventListener("click", (event) => {
    if (!event.target.closest("[data-remove]")) return;
    event.target.closest("li").remove();
    field("body").focus();
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = new FormData(form, event.submitter);
    const buttons = [...form.querySelectorAll("button")];
    forgive(form);
    // Sent again after a lost answer it is the same entry; two at once it need not be.
    for (const button of buttons) button.disabled = true;
    try {
      const told = await post(form.action, said);
      try { localStorage.removeItem(kept); } catch {}
      location.assign(told.to);
    } catch (error) {
      for (const button of buttons) button.disabled = false;
      refuse(form, error);
    }
  });
}
