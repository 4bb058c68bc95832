// The service worker: pages and pictures come from the network, and from what was kept when there is none; files of the
// site's own have their content in their address and never change. VERSION and KEPT are written in front of this by the server.
const FILES = `tep-${VERSION}`;
const PAGES = "trang-1";
const PICTURES = "anh-1";
const SAVED = "doc-sau"; // filled by the reader (article.js)
const MOST = { [PAGES]: 40, [PICTURES]: 80 };
const PATIENCE = 3000; // with a server that hangs, where there is a copy
const KNOWN_PATIENCE = 300; // with one that has just hung
const KNOWN_FOR = 30_000;
const LAST_PATIENCE = 15000; // where there is none: a slow network is no network away
const NO_NETWORK = "Không có mạng: bạn đang xem bản đã lưu trên máy.";
const SLOW = "Mạng quá chậm: bạn đang xem bản đã lưu trên máy.";

addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((cache) => cache.addAll(KEPT)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (![FILES, PAGES, PICTURES, SAVED].includes(name)) await caches.delete(name);
    }
    await registration.navigationPreload?.enable();
    await clients.claim();
  })());
  event.waitUntil(firstPages());
});

// The pages that were open before there was a service worker, and the front page.
async function firstPages() {
  const open = await clients.matchAll({ type: "window", includeUncontrolled: true });
  for (const url of new Set(["/", ...open.map((one) => one.url)].map((one) => plain(new URL(one, location.origin))))) {
    try {
      const answer = await fetch(url);
      if (keeps(answer, new URL(url))) await put(PAGES, url, answer);
    } catch {}
  }
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event, url));
  else if (/^\/(static|giao-dien)\//.test(url.pathname)) event.respondWith(kept(event, FILES));
  else if (url.pathname.startsWith("/media/")) event.respondWith(picture(event));
});

const plain = (url) => url.origin + url.pathname + url.search;
const keeps = (answer, url) =>
  answer.ok && !answer.redirected && !["/tim-kiem", "/ngoai-tuyen", "/doc-sau"].includes(url.pathname);

// The answer, or `undefined` for one that is not waited for any longer. Rejects where the network does.
let hung = 0;
async function inTime(asked, held) {
  const patience = !held ? LAST_PATIENCE : Date.now() - hung < KNOWN_FOR ? KNOWN_PATIENCE : PATIENCE;
  const answer = await Promise.race([asked, new Promise((done) => setTimeout(done, patience))]);
  hung = answer ? 0 : Date.now();
  return answer;
}

async function page(event, url) {
  const key = plain(url);
  const asked = navigated(event);
  event.waitUntil(asked.then((answer) => follow(PAGES, key, answer, keeps(answer, url)), () => {}));
  const held = (await caches.match(key, { cacheName: PAGES })) || (await caches.match(key, { cacheName: SAVED }));
  let said = SLOW;
  try {
    const answer = await inTime(asked, held);
    if (answer) return answer;
  } catch {
    said = NO_NETWORK;
  }
  if (!held) {
    return (await caches.match(url.pathname === "/doc-sau" ? "/doc-sau" : "/ngoai-tuyen")) || Response.error();
  }
  const html = (await held.text()).replace(/<body[^>]*>/, (body) => `${body}<p class="kept" role="status">${said}</p>`);
  return new Response(html, { headers: held.headers });
}

async function navigated(event) {
  const answer = (await event.preloadResponse) || (await fetch(event.request));
  if (answer.type === "error") throw new TypeError("no network"); // Firefox's preload says so
  return answer;
}

async function picture(event) {
  const asked = fetch(event.request);
  event.waitUntil(asked.then((answer) => follow(PICTURES, event.request, answer, answer.status === 200), () => {}));
  const held = await caches.match(event.request);
  try {
    return (await inTime(asked, held)) || held || Response.error();
  } catch {
    return held || Response.error();
  }
}

async function kept(event, name) {
  const held = await caches.match(event.request);
  if (held) return held;
  const answer = await fetch(event.request);
  if (answer.ok && answer.status === 200) event.waitUntil(put(name, event.request, answer.clone()));
  return answer;
}

async function follow(name, key, answer, keeps) {
  if (keeps) await put(name, key, answer.clone());
  // What was withdrawn is gone from here too.
  else if (answer.status === 404 || answer.status === 410) {
    for (const one of [name, SAVED]) await (await caches.open(one)).delete(key);
  }
}

async function put(name, key, answer) {
  const cache = await caches.open(name);
  await cache.delete(key); // so that it becomes the newest
  await cache.put(key, answer);
  const keys = await cache.keys();
  const over = keys.length - (MOST[name] || Infinity);
  for (const old of keys.slice(0, Math.max(0, over))) await cache.delete(old);
}
