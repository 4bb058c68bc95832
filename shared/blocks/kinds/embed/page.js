// Another site's player: nothing of it is asked for before the reader presses.
for (const link of document.querySelectorAll('[data-block="embed"] [data-frame]')) {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const frame = document.createElement("iframe");
    frame.src = link.dataset.frame;
    frame.title = link.textContent.trim();
    frame.allow = "autoplay; fullscreen; picture-in-picture";
    frame.referrerPolicy = "strict-origin-when-cross-origin";
    link.closest("figure").querySelector(".privacy").remove();
    link.parentElement.replaceWith(frame);
    frame.focus();
  });
}
