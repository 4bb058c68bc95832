// One picture: its focal point by a click, a part of it by dragging. One film: a poster from the frame that is shown.

import { ask } from "./net.js";
import { uploader } from "./upload.js";

const cropper = document.getElementById("cropper");
const describe = document.getElementById("describe");

if (cropper) {
  const box = cropper.querySelector(".cropper-box");
  const dot = cropper.querySelector(".cropper-focus");
  const crop = document.getElementById("crop");
  const ratio = document.getElementById("ratio");
  let focus = cropper.dataset.focus.split(",").map(Number);
  let start = null;

  const within = (event) => {
    const area = cropper.getBoundingClientRect();
    const share = (value, size) => Math.min(1, Math.max(0, value / size));
    return [share(event.clientX - area.left, area.width), share(event.clientY - area.top, area.height)];
  };
  const showFocus = () => {
    dot.hidden = false;
    dot.style.left = `${focus[0] * 100}%`;
    dot.style.top = `${focus[1] * 100}%`;
    describe.elements.namedItem("focus_x").value = focus[0].toFixed(4);
    describe.elements.namedItem("focus_y").value = focus[1].toFixed(4);
  };
  const showBox = ([left, top, right, bottom]) => {
    box.hidden = false;
    Object.assign(box.style, {
      left: `${left * 100}%`, top: `${top * 100}%`, width: `${(right - left) * 100}%`, height: `${(bottom - top) * 100}%`,
    });
    for (const [name, value] of Object.entries({ left, top, right, bottom })) {
      crop.elements.namedItem(name).value = value.toFixed(5);
    }
    crop.querySelector("button").disabled = right - left < 0.02 || bottom - top < 0.02;
  };
  // The largest part of that shape with the focal point as near its middle as can be.
  const around = () => {
    const wanted = Number(ratio.value);
    if (!wanted) return;
    const shape = cropper.clientWidth / cropper.clientHeight;
    const width = Math.min(1, wanted / shape);
    const height = Math.min(1, shape / wanted);
    const left = Math.min(1 - width, Math.max(0, focus[0] - width / 2));
    const top = Math.min(1 - height, Math.max(0, focus[1] - height / 2));
    showBox([left, top, left + width, top + height]);
  };

  showFocus();
  if (crop) {
    ratio.addEventListener("change", around);
    cropper.addEventListener("pointerdown", (event) => {
      start = within(event);
      cropper.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    cropper.addEventListener("pointermove", (event) => {
      if (!start) return;
      const [x, y] = within(event);
      const shape = cropper.clientWidth / cropper.clientHeight;
      const wanted = Number(ratio.value);
      const height = wanted ? Math.sign(y - start[1] || 1) * Math.abs(x - start[0]) * shape / wanted : y - start[1];
      const end = [x, Math.min(1, Math.max(0, start[1] + height))];
      if (Math.hypot(x - start[0], y - start[1]) < 0.02) return;
      showBox([Math.min(start[0], end[0]), Math.min(start[1], end[1]), Math.max(start[0], end[0]), Math.max(start[1], end[1])]);
    });
    cropper.addEventListener("pointerup", (event) => {
      if (!start) return;
      const [x, y] = within(event);
      if (Math.hypot(x - start[0], y - start[1]) < 0.02) { focus = [x, y]; showFocus(); around(); }
      start = null;
    });
  }
}

const film = document.getElementById("film");
const maker = document.getElementById("make-poster");
maker?.addEventListener("click", () => {
  const said = document.getElementById("poster-said");
  const canvas = document.createElement("canvas");
  canvas.width = film.videoWidth;
  canvas.height = film.videoHeight;
  canvas.getContext("2d").drawImage(film, 0, 0);
  canvas.toBlob((blob) => {
    if (!blob) { said.textContent = "Không lấy được khung hình này."; return; }
    const list = document.createElement("ul");
    list.hidden = true;
    document.body.append(list);
    said.textContent = "Đang lưu…";
    uploader(list, async (media) => {
      describe.elements.namedItem("poster_id").value = media.id;
      await ask(describe.action, { method: "POST", body: new URLSearchParams(new FormData(describe)) }).catch(() => {});
      film.poster = media.url;
      said.textContent = "Đã đặt ảnh đại diện.";
    })([new File([blob], "anh-dai-dien.jpg", { type: "image/jpeg" })]);
  }, "image/jpeg", 0.9);
});
