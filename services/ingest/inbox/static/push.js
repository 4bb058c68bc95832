// Makes this browser one that shows notices, where it can and its owner lets it.

import { post } from "./net.js";

// It controls no page: below its own folder there is none.
const WORKER = "/desk/static/push_worker.js";
const state = document.getElementById("push-state");
const button = document.getElementById("push-on");
const houseKey = button.dataset.key;

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const rowOf = (subscription) => document.querySelector(
  `[data-endpoint="${CSS.escape(subscription.endpoint)}"][data-key="${houseKey}"]`,
);

async function look() {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
    state.textContent = "Trình duyệt này không nhận được thông báo của trang web.";
    return;
  }
  const known = await (await navigator.serviceWorker.getRegistration(WORKER))?.pushManager.getSubscription();
  const row = known && rowOf(known);
  if (row) row.querySelector(".here").hidden = false;
  button.hidden = Boolean(row);
  state.textContent = "";
  if (Notification.permission === "denied") {
    button.hidden = true;
    state.textContent = "Trình duyệt đang chặn thông báo của trang này. Cho phép lại ở biểu tượng cạnh ô địa chỉ, rồi tải lại trang.";
  }
}

async function turnOn() {
  if (await Notification.requestPermission() !== "granted") return look();
  const registration = await navigator.serviceWorker.register(WORKER);
  // One of another person's, or of another key of the house, is over.
  await (await registration.pushManager.getSubscription())?.unsubscribe();
  const options = { userVisibleOnly: true, applicationServerKey: bytes(houseKey) };
  const { endpoint, keys } = (await registration.pushManager.subscribe(options)).toJSON();
  await post("/desk/viec/trinh-duyet", { endpoint, browser_key: keys.p256dh, auth: keys.auth });
  // Every page of hers looks whether it has become another one (inbox.js).
  localStorage.setItem(`push-${document.querySelector("meta[name=who]").content}`, endpoint);
  location.reload();
}

button.addEventListener("click", async () => {
  button.disabled = true;
  state.textContent = "Đang bật…";
  try {
    await turnOn();
  } catch (error) {
    const isRefused = error instanceof DOMException;
    state.textContent = isRefused ? "Trình duyệt không nối được dịch vụ thông báo của nó; thử lại sau." : error.message;
  }
  button.disabled = false;
});

look();
