// Beside a story: its sections as tabs, on a phone in a sheet that rises above the bar.

const side = document.getElementById("side");
const opener = document.getElementById("more-steps");
const panels = [...side.querySelectorAll(":scope > [data-tab]")];
const NARROW = matchMedia("(max-width: 63.99rem)");
const KEPT = "toasoan:side";
const LISTED = { pictures: ".picture", "ghi-chu": ".rows > li" };

const list = document.createElement("div");
list.className = "side-tabs";
list.setAttribute("role", "tablist");
list.setAttribute("aria-label", "Bước, ảnh, trao đổi, lịch sử");
const tabs = panels.map((panel) => {
  const tab = document.createElement("button");
  Object.assign(tab, { type: "button", id: `tab-${panel.id}`, textContent: panel.dataset.tab });
  tab.setAttribute("role", "tab");
  tab.setAttribute("aria-controls", panel.id);
  panel.setAttribute("role", "tabpanel");
  panel.setAttribute("aria-labelledby", tab.id);
  tab.addEventListener("click", () => select(panel));
  return tab;
});
list.append(...tabs);
side.prepend(list);
side.classList.add("has-tabs");

list.addEventListener("keydown", ({ key }) => {
  const at = tabs.indexOf(document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[key];
  if (to === undefined) return;
  const next = (to + tabs.length) % tabs.length;
  select(panels[next]);
  tabs[next].focus();
});

function select(panel) {
  panels.forEach((one, at) => {
    one.hidden = one !== panel;
    tabs[at].setAttribute("aria-selected", String(one === panel));
    tabs[at].tabIndex = one === panel ? 0 : -1;
  });
  sessionStorage.setItem(KEPT, panel.id);
}

function count() {
  for (const [id, selector] of Object.entries(LISTED)) {
    const number = document.querySelectorAll(id === "pictures" ? ".pictures > .picture" : `#${id} ${selector}`).length;
    const tab = document.getElementById(`tab-${id}`);
    if (tab) tab.textContent = document.getElementById(id).dataset.tab + (number ? ` (${number})` : "");
  }
}

// ---------------------------------------------------------------- the sheet

const isOpen = () => opener.getAttribute("aria-expanded") === "true";

function unfold(isWanted) {
  side.classList.toggle("open", isWanted);
  opener.setAttribute("aria-expanded", String(isWanted));
}

const selected = () => tabs.find((tab) => tab.tabIndex === 0);

opener.setAttribute("role", "button");
opener.setAttribute("aria-controls", "side");
unfold(false);
opener.addEventListener("click", (event) => {
  event.preventDefault();
  unfold(!isOpen());
  if (isOpen()) selected().focus();
});
opener.addEventListener("keydown", (event) => { if (event.key === " ") { event.preventDefault(); opener.click(); } });
document.addEventListener("pointerdown", (event) => {
  if (isOpen() && !event.target.closest("#side, .story-now, dialog")) unfold(false);
});
side.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !isOpen() || event.defaultPrevented || event.target.closest("dialog")) return;
  unfold(false);
  opener.focus();
});

// ---------------------------------------------------------------- coming here

// Whatever somebody is led to is in sight: a refusal, a command of the palette, an address with a place.
side.addEventListener("reveal", ({ target }) => {
  const panel = target.closest("[data-tab]");
  if (panel) select(panel);
  if (NARROW.matches) unfold(true);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "F6" && !event.ctrlKey && !event.altKey && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    if (side.contains(document.activeElement)) {
      unfold(false);
      (document.getElementById("richtext-body") ?? document.getElementById("main")).focus();
    } else {
      if (NARROW.matches) unfold(true);
      selected().focus();
    }
  }
  const isNext = event.key === "Enter" && event.shiftKey && (event.ctrlKey || event.metaKey);
  if (isNext && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    document.querySelector("[data-next]")?.click();
  }
});

function follow() {
  const place = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (place && side.contains(place)) place.dispatchEvent(new Event("reveal", { bubbles: true }));
}

select(panels.find(({ id }) => id === sessionStorage.getItem(KEPT)) ?? panels[0]);
new MutationObserver(count).observe(document.querySelector(".pictures"), { childList: true });
count();
follow();
window.addEventListener("hashchange", follow);
