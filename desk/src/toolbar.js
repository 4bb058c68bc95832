// The buttons above the text: each has a name, a label and what it does.

export function toolbar(element, controls, commands) {
  const bar = document.createElement("div");
  bar.className = "toolbar";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Định dạng");
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
  element.before(bar);
  return () => buttons.forEach(({ button, active }) => {
    if (active) button.setAttribute("aria-pressed", String(Boolean(active())));
  });
}

export function askForLink(current) {
  const typed = window.prompt("Địa chỉ liên kết (để trống: bỏ liên kết)", current || "https://");
  if (typed === null) return null;
  const address = typed.trim();
  return !address || address === "https://" ? "" : /^(https?:|mailto:|tel:|\/)/i.test(address) ? address : `https://${address}`;
}
