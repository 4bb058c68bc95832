// The buttons above the text: each has a name, a label and what it does.

import { cleanLink } from "./links.js";

// `isWanted()` says whether the bar is there now. Returns what brings it up to date.
export function toolbar(element, controls, commands, { label = "Định dạng", isWanted = () => true } = {}) {
  const bar = document.createElement("div");
  bar.className = "toolbar";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", label);
  bar.setAttribute("aria-controls", controls);
  const buttons = commands.map(({ name, text, title, run, active }) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = `tool tool-${name}`;
    button.textContent = text;
    button.title = title;
    button.setAttribute("aria-label", title);
    button.tabIndex = -1;
    // The text keeps its selection.
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", run);
    bar.append(button);
    return { button, active };
  });
  buttons[0].button.tabIndex = 0;
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const all = [...bar.children];
    const at = all.indexOf(document.activeElement);
    const to = all[(at + step + all.length) % all.length];
    all.forEach((button) => { button.tabIndex = button === to ? 0 : -1; });
    to.focus();
  });
  // All bars of one text stay in sight together.
  const above = element.previousElementSibling;
  const bars = above?.className === "toolbars" ? above : document.createElement("div");
  bars.className = "toolbars";
  bars.append(bar);
  element.before(bars);
  bar.hidden = !isWanted();
  let isAsked = false;
  const refresh = () => {
    isAsked = false;
    bar.hidden = !isWanted();
    if (bar.hidden) return;
    for (const { button, active } of buttons) {
      if (active) button.setAttribute("aria-pressed", String(Boolean(active())));
    }
  };
  // Once a picture of the screen, however much is typed.
  return () => {
    if (!isAsked) requestAnimationFrame(refresh);
    isAsked = true;
  };
}

export function askForLink(current) {
  const typed = window.prompt("Địa chỉ liên kết (để trống: bỏ liên kết)", current || "https://");
  if (typed === null) return null;
  const address = typed.trim();
  if (!address || address === "https://") return "";
  return cleanLink(/^(https?:|mailto:|tel:|\/)/i.test(address) ? address : `https://${address}`);
}
