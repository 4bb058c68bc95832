// What of a picture stays in sight where cards and heads cut it: by a press on it, by keys on two sliders.

const SHAPES = { "16 / 9": "Thẻ bài", "1 / 1": "Vuông" };

export const focusOf = (field) => (field.value || "0.5,0.5").split(",").map(Number);

const STEP = 0.05;
const made = (tag, kind, words = "") => Object.assign(document.createElement(tag), { className: kind, textContent: words });

// Beside the fields of a picture; `field` holds "0.5,0.3".
export function focusEditor(field, url, changed) {
  const set = made("details", "focus");
  set.append(made("summary", "", "Điểm chính khi ảnh bị cắt"));
  const box = made("div", "spot-box");
  const picture = () => Object.assign(made("img", ""), { src: url, alt: "", draggable: false, loading: "lazy" });
  const image = picture();
  const dot = made("span", "spot-dot");
  box.append(image, dot);
  const sliders = ["Từ trái sang", "Từ trên xuống"].map((words) => {
    const label = made("label", "field");
    const slider = Object.assign(made("input", ""), { type: "range", min: 0, max: 100, step: 100 * STEP });
    slider.setAttribute("aria-valuetext", "");
    label.append(made("span", "", words), slider);
    // Each arrow moves the point where it points, on either slider.
    slider.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!by) return;
      event.preventDefault();
      take(focusOf(field).map((share, one) => share + by[one] * STEP));
    });
    slider.addEventListener("input", () => take([sliders[0].slider, sliders[1].slider].map((one) => one.valueAsNumber / 100)));
    return { label, slider };
  });
  const looks = Object.entries(SHAPES).map(([shape, words]) => {
    const look = made("figure", "focus-look");
    const shown = picture();
    shown.style.aspectRatio = shape;
    look.append(shown, made("figcaption", "small quiet", words));
    return { look, shown };
  });

  function show() {
    const [x, y] = focusOf(field);
    const at = `${x * 100}% ${y * 100}%`;
    Object.assign(dot.style, { left: `${x * 100}%`, top: `${y * 100}%` });
    for (const { shown } of looks) shown.style.objectPosition = at;
    [x, y].forEach((share, one) => {
      sliders[one].slider.value = share * 100;
      sliders[one].slider.setAttribute("aria-valuetext", `${Math.round(share * 100)} %`);
    });
  }

  function take(shares) {
    field.value = shares.map((share) => Math.round(Math.min(1, Math.max(0, share)) * 100) / 100).join(",");
    show();
    changed();
  }

  box.addEventListener("click", (event) => {
    const area = image.getBoundingClientRect();
    take([(event.clientX - area.left) / area.width, (event.clientY - area.top) / area.height]);
  });
  const row = made("div", "columns tight");
  row.append(...sliders.map(({ label }) => label));
  const shown = made("div", "focus-looks");
  shown.append(...looks.map(({ look }) => look));
  set.append(made("p", "hint", "Bấm vào ảnh, hoặc kéo hai thanh. Thẻ bài và ảnh chia sẻ cắt quanh điểm này."), box, row, shown);
  show();
  return set;
}
