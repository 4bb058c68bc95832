// The pages that this browser keeps, the newest first; and the topics that it follows, with their newest headlines.
(async () => {
  const list = document.querySelector("[data-kept]");
  if (!list || !window.caches) return;
  const pages = await caches.open(list.dataset.kept);
  const rows = [];
  const known = new Set(); // one page may have been read at several addresses
  for (const request of (await pages.keys()).reverse()) {
    const answer = await pages.match(request);
    const made = new DOMParser().parseFromString(await answer.text(), "text/html");
    const own = made.querySelector('link[rel="canonical"]')?.href || request.url;
    if (known.has(own)) continue;
    known.add(own);
    const link = document.createElement("a");
    link.href = request.url;
    link.textContent = made.querySelector("main h1")?.textContent || made.title;
    const row = document.createElement("li");
    row.append(link);
    rows.push(row);
  }
  list.querySelector("ul").replaceChildren(...rows);
  list.querySelector("[data-none]").hidden = rows.length;
  list.hidden = false;
})();

(async () => {
  const place = document.querySelector("[data-followed]");
  let topics = [];
  try { topics = JSON.parse(localStorage.getItem("theo-doi") || "[]"); } catch {}
  if (!place || !topics.length) return;
  const link = (to, words) => Object.assign(document.createElement("a"), { href: to, textContent: words });
  for (const { path, name } of topics) {
    const head = document.createElement("h3");
    const list = document.createElement("ul");
    head.append(link(path, name));
    place.append(head, list);
    fetch(path).then((answer) => (answer.ok ? answer.text() : "")).then((text) => {
      const made = new DOMParser().parseFromString(text, "text/html");
      for (const one of [...made.querySelectorAll("main article h2 a")].slice(0, 3)) {
        const row = document.createElement("li");
        row.append(link(one.getAttribute("href"), one.textContent));
        list.append(row);
      }
    }).catch(() => {});
  }
  place.hidden = false;
})();
