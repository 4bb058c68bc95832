// "Right now" comes again every few seconds, while somebody looks at it and has not stopped it.

const SECONDS = 5;
const part = document.querySelector("[data-live]");
const pause = document.querySelector("[data-pause]");
let stopped = false;

if (part && pause) {
  pause.hidden = false;
  pause.addEventListener("click", () => {
    stopped = !stopped;
    pause.setAttribute("aria-pressed", String(stopped));
    pause.textContent = stopped ? "Cập nhật tiếp" : "Dừng cập nhật";
  });
  setInterval(refresh, SECONDS * 1000);
}

async function refresh() {
  // An opened table of numbers or a marked text would be torn from under the reader.
  const isRead = part.querySelector("details[open]") || !document.getSelection().isCollapsed || part.contains(document.activeElement);
  if (stopped || document.hidden || isRead) return;
  try {
    const answer = await fetch(part.dataset.live, { credentials: "same-origin" });
    if (answer.ok) part.innerHTML = await answer.text();
    else if (answer.status === 401) location.reload();
  } catch {
    // The network is away: what stands there says when it was.
  }
}
