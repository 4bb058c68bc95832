// The pages that this browser keeps, the newest first.
(async () => {
  const list = document.querySelector("[data-kept]");
  if (!list || !window.caches) return;
  const pages = await caches.open(list.dataset.kept);
  const rows = [];
  for (const request of (await pages.keys()).reverse()) {
    const answer = await pages.match(request);
    const made = new DOMParser().parseFromString(await answer.text(), "text/html");
    const link = document.createElement("a");
    link.href = request.url;
    link.textContent = made.querySelector("main h1")?.textContent || made.title;
    const row = document.createElement("li");
    row.append(link);
    rows.push(row);
  }
  list.querySelector("ul").replaceChildren(...rows);
  list.hidden = !rows.length;
})();
