// Pictures of an article, enlarged one after another: by mouse, keys, or two fingers.
const pictures = [...document.querySelectorAll(".zoom")];
const box = document.createElement("dialog");
box.className = "box";
box.classList.toggle("single", pictures.length === 1);
box.innerHTML = '<button type="button" data-by="-1" aria-label="Ảnh trước">‹</button><figure></figure>' +
  '<button type="button" data-by="1" aria-label="Ảnh sau">›</button>' +
  '<button type="button" data-close aria-label="Đóng">×</button>';
document.body.append(box);
let shown = 0;

const show = (number) => {
  shown = (number + pictures.length) % pictures.length;
  const picture = pictures[shown].firstElementChild.cloneNode(true);
  for (const one of picture.querySelectorAll("[sizes]")) one.sizes = "100vw";
  const caption = pictures[shown].closest("figure").querySelector("figcaption")?.cloneNode(true);
  box.querySelector("figure").replaceChildren(picture, ...(caption ? [caption] : []));
};

box.addEventListener("click", ({ target }) => {
  if (target.dataset.by) show(shown + Number(target.dataset.by));
  else if (target === box || "close" in target.dataset) box.close();
});
box.addEventListener("keydown", ({ key }) => {
  if (key === "ArrowLeft" || key === "ArrowRight") show(shown + (key === "ArrowLeft" ? -1 : 1));
});

export const enlarge = (link) => {
  show(pictures.indexOf(link));
  box.showModal();
};
