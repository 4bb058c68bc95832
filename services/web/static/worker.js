// The service worker: pages and pictures come from the network, and from what was kept when there is none; files of the
// site's own have their content in their address and never change. VERSION and KEPT are written in front of this by the server.
const FILES = `tep-${VERSION}`;
const PAGES = "trang-1";
const PICTURES = "anh-1";
const MOST = { [PAGES]: 40, [PICTURES]: 80 };
const NO_NETWORK = '<p class="kept" role="status">Không có mạng: bạn đang xem bản đã lưu trên máy.</p>';

addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((cache) => cache.addAll(KEPT)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (![FILES, PAGES, PICTURES].includes(name)) await caches.delete(name);
    }
    await registration.navigationPreload?.enable();
    await clients.claim();
  })());
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(event, url));
  else if (url.pathname.startsWith("/static/")) event.respondWith(kept(event, FILES));
  else if (url.pathname.startsWith("/media/")) event.respondWith(picture(event));
});

async function page(event, url) {
  const pages = await caches.open(PAGES);
  const key = url.origin + url.pathname + url.search;
  try {
    const answer = (await event.preloadResponse) || (await fetch(event.request));
    const keeps = answer.ok && !answer.redirected && url.pathname !== "/tim-kiem";
    event.waitUntil(follow(PAGES, key, answer, keeps));
    return answer;
  } catch {
    const held = await pages.match(key);
    if (!held) return (await caches.match("/ngoai-tuyen")) || Response.error();
    const html = (await held.text()).replace(/<body[^>]*>/, (body) => body + NO_NETWORK);
    return new Response(html, { headers: held.headers });
  }
}

async function picture(event) {
  try {
    const answer = await fetch(event.request);
    event.waitUntil(follow(PICTURES, event.request, answer, answer.status === 200));
    return answer;
  } catch {
    return (await caches.match(event.request)) || Response.error();
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
  else if (answer.status === 404 || answer.status === 410) await (await caches.open(name)).delete(key);
}

async function put(name, key, answer) {
  const cache = await caches.open(name);
  await cache.delete(key); // so that it becomes the newest
  await cache.put(key, answer);
  const keys = await cache.keys();
  const over = keys.length - (MOST[name] || Infinity);
  for (const old of keys.slice(0, Math.max(0, over))) await cache.delete(old);
}
