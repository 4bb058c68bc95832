// The chapters of a film play where it stands.
(() => {
  const film = document.querySelector(".video video");
  document.querySelector(".prose").addEventListener("click", (event) => {
    const chapter = event.target.closest("[data-at]");
    if (!film || !chapter) return;
    event.preventDefault();
    film.currentTime = Number(chapter.dataset.at);
    film.scrollIntoView({ block: "center" });
    film.play().catch(() => {});
  });
})();
