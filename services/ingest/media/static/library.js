// The store of media: uploads by choosing or dropping; what arrived stands first in the gallery.

import { dropzone, shown, uploader } from "./upload.js";

const zone = document.getElementById("dropzone");
const gallery = document.getElementById("gallery");

function show(media) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = `/desk/kho/${media.id}`;
  link.append(...shown(media));
  item.append(link);
  gallery.querySelector(`a[href="${link.getAttribute("href")}"]`)?.closest("li").remove();
  gallery.prepend(item);
}

if (zone) {
  const upload = uploader(document.getElementById("uploads"), show);
  const files = document.getElementById("files");
  files.addEventListener("change", () => { upload(files.files); files.value = ""; });
  dropzone(document.body, upload);
}

for (const image of gallery.querySelectorAll("[data-focus]")) {
  const [x, y] = image.dataset.focus.split(",");
  image.style.objectPosition = `${x * 100}% ${y * 100}%`;
}
