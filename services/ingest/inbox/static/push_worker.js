// Shows what the desk tells this browser, also while no page of it is open, and leads to it.

self.addEventListener("push", (event) => {
  const { title, body, url, tag } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, tag, lang: "vi", data: { url } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.url));
});

// A push service may give a browser another address: the desk is told it, as long as a session stands; else the next page
// of the desk tells it (inbox.js).
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renewed(event)));

async function renewed({ oldSubscription, newSubscription }) {
  const houseKey = oldSubscription?.options.applicationServerKey;
  const options = { userVisibleOnly: true, applicationServerKey: houseKey };
  const now = newSubscription ?? (houseKey && (await self.registration.pushManager.subscribe(options)));
  const session = now && (await fetch("/desk/phien", { headers: { Accept: "application/json" } }));
  if (!session?.ok) return;
  const { endpoint, keys } = now.toJSON();
  const headers = { Accept: "application/json", "X-CSRF-Token": (await session.json()).csrf };
  const body = new URLSearchParams({ endpoint, browser_key: keys.p256dh, auth: keys.auth });
  await fetch("/desk/viec/trinh-duyet", { method: "POST", headers, body });
}
