// Before and after: the second picture lies on the first, a slider says from where on it is seen.
for (const block of document.querySelectorAll('[data-block="before_after"]')) {
  const [before, after] = block.querySelectorAll(":scope > figure");
  const image = before?.querySelector("img");
  if (!after || !image) continue;
  const slider = document.createElement("input");
  slider.type = "range";
  slider.value = 50;
  slider.setAttribute("aria-label", [before, after].map((one) => one.querySelector("figcaption").textContent.trim()).join(" – "));
  slider.addEventListener("input", () => block.style.setProperty("--at", `${slider.value}%`));
  if (image.width && image.height) {
    const [width, height] = [image.getAttribute("width"), image.getAttribute("height")];
    if (width && height) block.style.setProperty("--shape", `${width} / ${height}`);
  }
  // The slider takes the keys and the pointer that the pictures' own links had.
  for (const link of block.querySelectorAll(".zoom")) link.tabIndex = -1;
  after.after(slider);
  block.classList.add("slides");
}
