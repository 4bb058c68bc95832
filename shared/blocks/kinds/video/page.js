// Chapters of films and sound play where they stand; without a script they open the file at that time.
for (const link of document.querySelectorAll(':is([data-block="video"], [data-block="audio"]) > ol a')) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const player = link.closest("figure").querySelector("video, audio");
    const at = Number(link.hash.replace("#t=", ""));
    const start = () => { player.currentTime = at; player.play(); };
    if (player.readyState) return start();
    player.addEventListener("loadedmetadata", start, { once: true });
    player.preload = "metadata";
    player.load();
  });
}
