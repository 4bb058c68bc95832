// The film of a cover runs for whoever has not asked for less motion or less data, and can be stopped.
for (const film of document.querySelectorAll('[data-block="cover"] video')) {
  if (matchMedia("(prefers-reduced-motion: reduce)").matches || navigator.connection?.saveData) continue;
  film.setAttribute("aria-hidden", "true");
  const button = document.createElement("button");
  button.type = "button";
  const tell = () => { button.textContent = film.paused ? "Chạy hình nền" : "Dừng hình nền"; };
  button.addEventListener("click", () => (film.paused ? film.play() : film.pause()));
  film.addEventListener("play", tell);
  film.addEventListener("pause", tell);
  film.addEventListener("playing", () => { film.hidden = false; film.after(button); }, { once: true });
  film.muted = true;
  film.play().catch(() => {});
}
