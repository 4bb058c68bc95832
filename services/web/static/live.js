// On a live coverage: asks for news, says how many there are, and shows them when the reader wants them.
(() => {
  const part = document.querySelector("[data-live]");
  if (!part) return;
  const bar = part.querySelector(".news-bar");
  const said = part.querySelector("[data-said]");
  const list = part.querySelector(".entries");
  const waiting = new Map(); // id -> an entry that is not shown yet
  const gone = new Set();
  const SAY_MS = 30_000;
  const SLOWEST_MS = 30_000;
  const DEADLINE_MS = 10_000;
  let version = Number(part.dataset.version);
  let events = part.querySelector(".timeline");
  let pause = 1250, failures = 0, timer = 0, asking = false, saidAt = 0, over = false;

  const shown = () => [...list.querySelectorAll(".entry")];
  const at = (entry) => Number(entry.dataset.at);
  const isPinned = (entry) => entry.classList.contains("pinned");

  function tell() {
    bar.hidden = !waiting.size;
    bar.textContent = `${waiting.size} cập nhật mới`;
    // Read aloud now and then, not at every entry.
    if (waiting.size && Date.now() - saidAt > SAY_MS) {
      said.textContent = bar.textContent;
      saidAt = Date.now();
    }
  }

  function end() {
    over = true;
    bar.hidden = false;
    said.textContent = bar.textContent = "Tường thuật đã kết thúc. Xem bài đầy đủ";
  }

  function remove(entry) {
    const hadFocus = entry.contains(document.activeElement);
    const next = entry.nextElementSibling;
    entry.remove();
    if (hadFocus) next?.focus({ preventScroll: true });
  }

  // What stands above the reader may grow or go: what is being read stays where it is.
  function still(change) {
    const read = shown().find((entry) => entry.getBoundingClientRect().bottom > 0);
    const before = read?.getBoundingClientRect().top;
    change();
    if (!read?.isConnected || before > 0 || CSS.supports("overflow-anchor", "auto")) return;
    scrollBy({ top: read.getBoundingClientRect().top - before, behavior: "instant" });
  }

  // In the reader's sight the main events only lose or mend lines; new ones come with the entries.
  function mark(fresh) {
    const held = part.querySelector(".timeline");
    const { top, bottom } = held.getBoundingClientRect();
    events = fresh;
    if (bottom <= 0 || top >= innerHeight) return held.replaceWith(fresh);
    for (const line of held.querySelectorAll("li")) {
      const now = fresh.querySelector(`[data-id="${line.dataset.id}"]`);
      if (!now) line.remove();
      else if (!now.isEqualNode(line)) line.replaceWith(now.cloneNode(true));
    }
  }

  function apply(fresh) {
    for (const id of fresh.dataset.gone.split(" ").filter(Boolean)) {
      gone.add(id);
      waiting.delete(id);
      const entry = document.getElementById(`muc-${id}`);
      if (entry) remove(entry);
    }
    mark(fresh.querySelector(".timeline"));
    const unpinned = shown().filter((entry) => !isPinned(entry));
    const oldest = unpinned.length ? Math.min(...unpinned.map(at)) : 0;
    for (const entry of fresh.querySelectorAll(".entry")) {
      const { id } = entry.dataset;
      const held = document.getElementById(entry.id) || waiting.get(id);
      if (gone.has(id)) continue;
      if (!held) {
        if (at(entry) < oldest && !isPinned(entry)) list.append(entry);
        else waiting.set(id, entry);
      } else if (Number(held.dataset.version) < Number(entry.dataset.version)) {
        held.replaceChildren(...entry.childNodes);
        held.className = entry.className;
        held.dataset.version = entry.dataset.version;
      }
    }
  }

  function show() {
    list.querySelector(".empty")?.remove();
    part.querySelector(".timeline").replaceWith(events);
    let newest;
    for (const entry of [...waiting.values()].sort((one, other) => at(one) - at(other) || one.dataset.id - other.dataset.id)) {
      const first = shown().find((one) => isPinned(entry) || !isPinned(one));
      first ? first.before(entry) : list.append(entry);
      newest = entry;
    }
    waiting.clear();
    tell();
    newest?.focus({ preventScroll: true });
    newest?.scrollIntoView({ block: "start" });
  }

  const get = (url, options) => fetch(url, { credentials: "omit", signal: AbortSignal.timeout(DEADLINE_MS), ...options });

  async function look() {
    const answer = await get(part.dataset.live, { cache: "no-cache" });
    if (answer.status === 410) return location.reload();
    if (!answer.ok) throw new Error(answer.status);
    const newest = await answer.json();
    if (newest.closed) return end();
    pause = newest.every * 1000;
    if (newest.version <= version) return;
    const fragment = await get(`${part.dataset.live}/${newest.version}`);
    // Another process may not have it yet, or a newer one already.
    if (fragment.status === 404) return;
    if (!fragment.ok) throw new Error(fragment.status);
    const page = new DOMParser().parseFromString(await fragment.text(), "text/html");
    still(() => apply(page.querySelector(".coverage")));
    version = newest.version;
    tell();
  }

  async function ask() {
    clearTimeout(timer);
    if (asking || over || document.hidden) return;
    asking = true;
    try {
      await look();
      failures = 0;
    } catch {
      failures += 1;
    }
    asking = false;
    // Not all at once, when the site comes back.
    const slower = Math.min(SLOWEST_MS, pause * 2 ** failures);
    timer = setTimeout(ask, failures ? slower * (0.5 + Math.random() / 2) : pause);
  }

  bar.addEventListener("click", () => (over ? location.reload() : show()));
  document.addEventListener("visibilitychange", ask);
  addEventListener("pageshow", (event) => event.persisted && ask());
  ask();
})();
