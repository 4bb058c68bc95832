// On every page: theme, suggestions while typing, the service worker. All of it is extra.
(() => {
  const root = document.documentElement;
  const keep = (name, value) => {
    try { value ? localStorage.setItem(name, value) : localStorage.removeItem(name); } catch {}
  };

  const flip = document.getElementById("doi-nen");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  if (flip) {
    flip.checked = !!root.dataset.theme && (root.dataset.theme === "dark") !== dark.matches;
    flip.addEventListener("change", () => {
      const theme = flip.checked !== dark.matches ? "dark" : "light";
      root.dataset.theme = theme;
      keep("nen", flip.checked ? theme : "");
    });
  }

  // Where the row of sections is longer than its place, the reader's own is shown.
  const here = document.querySelector(".sections [aria-current]");
  const row = here?.closest("ul");
  if (here) row.scrollTo(here.offsetLeft - row.offsetLeft - 64, here.offsetTop - row.offsetTop);

  // "19:35" of the last hours becomes "2 giờ trước": it has room for that.
  for (const time of document.querySelectorAll(".ago")) {
    const minutes = (Date.now() - Date.parse(time.dateTime)) / 60_000;
    if (minutes >= 0 && minutes < 720) {
      time.textContent = minutes < 60 ? `${Math.max(1, Math.floor(minutes))} phút trước` : `${Math.floor(minutes / 60)} giờ trước`;
    }
  }

  // A page that was kept has the day it was kept on.
  const day = new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
  for (const time of document.querySelectorAll(".today time")) {
    if (time.dateTime !== day) time.closest(".today").hidden = true;
  }

  const menu = document.querySelector(".menu");
  document.addEventListener("click", (event) => {
    if (menu?.open && !menu.contains(event.target)) menu.open = false;
  });
  menu?.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // https://www.w3.org/WAI/ARIA/apg/patterns/combobox/ with list autocomplete.
  for (const [number, input] of document.querySelectorAll("[data-suggest]").entries()) {
    let list, chosen = -1, timer, asking;
    const set = (attributes) => {
      for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
    };
    set({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": false, "aria-controls": `goi-y-${number}` });
    const close = () => {
      clearTimeout(timer);
      asking?.abort();
      if (list) list.hidden = true;
      chosen = -1;
      input.setAttribute("aria-expanded", false);
      input.removeAttribute("aria-activedescendant");
    };
    const choose = (to) => {
      const rows = list.children;
      rows[chosen]?.setAttribute("aria-selected", false);
      chosen = (to + rows.length) % rows.length;
      rows[chosen].setAttribute("aria-selected", true);
      rows[chosen].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", rows[chosen].id);
    };
    const show = (results) => {
      if (!list) {
        list = document.createElement("ul");
        list.className = "suggest";
        list.id = `goi-y-${number}`;
        list.setAttribute("role", "listbox");
        list.setAttribute("aria-label", "Gợi ý");
        list.addEventListener("mousedown", (event) => event.preventDefault());
        input.after(list);
      }
      list.replaceChildren(...results.map(({ title, url }, place) => {
        const row = document.createElement("li");
        row.id = `goi-y-${number}-${place}`;
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", false);
        row.textContent = title;
        row.dataset.url = url;
        row.addEventListener("click", () => location.assign(url));
        return row;
      }));
      chosen = -1;
      list.hidden = !results.length;
      input.setAttribute("aria-expanded", !!results.length);
    };
    input.addEventListener("input", () => {
      clearTimeout(timer);
      asking?.abort();
      const typed = input.value;
      if (typed.trim().length < 2) return close();
      timer = setTimeout(async () => {
        asking = new AbortController();
        try {
          const answer = await fetch(`/api/suggest?q=${encodeURIComponent(typed)}`, { signal: asking.signal });
          show(answer.ok ? (await answer.json()).results : []);
        } catch {}
      }, 150);
    });
    input.addEventListener("keydown", (event) => {
      // What an input method is still putting together has the keys to itself.
      if (!list || list.hidden || event.isComposing) return;
      if (event.key === "ArrowDown") choose(chosen + 1);
      else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
      else if (event.key === "Enter" && chosen >= 0) location.assign(list.children[chosen].dataset.url);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
    input.addEventListener("blur", close);
  }

  if ("serviceWorker" in navigator) {
    addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
  }
})();
