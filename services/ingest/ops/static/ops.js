// The ops page renews itself while it is looked at; what is being used (a form, a selection) is left alone.

const EVERY_MS = 5000;
const live = document.getElementById("ops-live");

function busy() {
  const selection = document.getSelection();
  return document.hidden || live.contains(document.activeElement) || (selection && !selection.isCollapsed);
}

async function renew() {
  if (!busy()) {
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (answer.ok && !answer.redirected) {
        const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
        live.replaceChildren(...fresh.getElementById("ops-live").childNodes);
        document.getElementById("ops-at").textContent = fresh.getElementById("ops-at").textContent;
        followLog();
      }
    } catch {
      document.getElementById("ops-at").textContent = "Mất kết nối; số liệu bên dưới đã cũ.";
    }
  }
  setTimeout(renew, EVERY_MS);
}

function followLog() {
  const log = live.querySelector("pre.log");
  if (log) log.scrollTop = log.scrollHeight;
}

followLog();
setTimeout(renew, EVERY_MS);
