// On every page: how much one has not read, as it changes. All windows of a browser share one line to the desk; the one
// that has the lock listens and tells the others. On the inbox's own page the list changes with it. An entry that led to
// the page is read once somebody looks at it, and whoever logs out takes her notices with her.

import { post } from "./net.js";

const LINE = "/desk/viec/dong";
const WORKER = "/desk/static/push_worker.js";
const LOAD_MS = 10_000;
const AGAIN_MS = [2_000, 60_000];
// The server beats every 15 s: who hears nothing for so long has a dead line.
const SILENCE_MS = 40_000;
const name = `inbox-${document.querySelector("meta[name=who]").content}`;
const place = document.getElementById("unread");
const others = new BroadcastChannel(name);
const list = () => document.getElementById("inbox");
let shown = null;
let wait = AGAIN_MS[0];
let isOver = false;

function show(unread) {
  if (unread === shown) return;
  const isNews = shown !== null;
  shown = unread;
  place.hidden = !unread;
  place.querySelector("a").textContent = `${unread.toLocaleString("vi-VN")} việc mới`;
  localStorage.setItem(name, unread);
  if (isNews && list()) load();
}

async function load() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(LOAD_MS) }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("inbox");
  const here = document.activeElement?.closest("#inbox [id]")?.id;
  list().replaceWith(document.adoptNode(fresh));
  if (here) document.getElementById(here)?.querySelector("a")?.focus({ preventScroll: true });
}

// Until the line ends; false where there is to be no other.
function listen() {
  return new Promise((ended) => {
    const source = new EventSource(LINE);
    let heardAt = Date.now();
    const watch = setInterval(() => { if (Date.now() - heardAt > SILENCE_MS) end(true); }, SILENCE_MS / 4);
    const leave = () => end(false);
    function end(again) {
      clearInterval(watch);
      window.removeEventListener("pagehide", leave);
      source.close();
      ended(again);
    }
    source.addEventListener("unread", ({ data }) => {
      heardAt = Date.now();
      wait = AGAIN_MS[0];
      const { unread } = JSON.parse(data);
      show(unread);
      others.postMessage(unread);
    });
    source.addEventListener("beat", () => { heardAt = Date.now(); });
    source.addEventListener("end", ({ data }) => { isOver = data === "signed-out"; end(false); });
    // The browser comes back by itself after a break, not after a refusal.
    source.addEventListener("error", () => { if (source.readyState === EventSource.CLOSED) end(true); });
    window.addEventListener("pagehide", leave);
  });
}

async function follow() {
  while (await listen()) {
    await new Promise((done) => setTimeout(done, wait));
    wait = Math.min(wait * 2, AGAIN_MS[1]);
  }
}

async function readEntry() {
  const here = new URL(location.href);
  const entry = here.searchParams.get("viec");
  if (!/^\d+$/.test(entry ?? "")) return;
  while (document.hidden) {
    await new Promise((looked) => document.addEventListener("visibilitychange", looked, { once: true }));
  }
  // Where that fails it stays unread, which one sees.
  await post(`/desk/viec/${entry}/da-doc`, {}).catch(() => {});
  here.searchParams.delete("viec");
  history.replaceState(history.state, "", here);
}

// The push service may have given this browser another address while nobody had a session.
async function tellAgain() {
  const mine = `push-${document.querySelector("meta[name=who]").content}`;
  const told = localStorage.getItem(mine);
  if (!told || !navigator.serviceWorker) return;
  const worker = await navigator.serviceWorker.getRegistration(WORKER);
  const now = (await worker?.pushManager?.getSubscription())?.toJSON();
  if (!now || now.endpoint === told) return;
  await post("/desk/viec/trinh-duyet", { endpoint: now.endpoint, browser_key: now.keys.p256dh, auth: now.keys.auth });
  localStorage.setItem(mine, now.endpoint);
}

const leaving = document.querySelector('form[action="/desk/dang-xuat"]');
leaving?.addEventListener("submit", async (event) => {
  if (!navigator.serviceWorker) return;
  event.preventDefault();
  const worker = await navigator.serviceWorker.getRegistration(WORKER).catch(() => null);
  await (await worker?.pushManager?.getSubscription())?.unsubscribe().catch(() => false);
  leaving.submit();
});

let isFollowing = false;
async function begin() {
  if (isFollowing || isOver) return;
  isFollowing = true;
  // Without https there are no locks but on one's own machine; then each window listens for itself.
  await (navigator.locks ? navigator.locks.request(name, follow) : follow());
  isFollowing = false;
}

const known = localStorage.getItem(name);
if (known !== null) show(Number(known));
others.addEventListener("message", ({ data }) => show(data));
window.addEventListener("pageshow", (event) => { if (event.persisted) begin(); });
// Where a person has too many browsers open, the one that is looked at comes first.
document.addEventListener("visibilitychange", () => { if (!document.hidden) begin(); });
begin();
readEntry();
tellAgain().catch(() => {});
