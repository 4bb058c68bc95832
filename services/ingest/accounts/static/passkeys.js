// Passkeys: coming in with one, showing with one that it is oneself, adding one. Offered where the browser knows them.

import { ask, post, Refused } from "./net.js";
import { forgive, refuse } from "./refusal.js";

const Key = window.PublicKeyCredential;
const WORDS = {
  NotAllowedError: "Bạn chưa dùng khóa nào, hoặc máy này không có khóa của tòa soạn.",
  InvalidStateError: "Máy này đã có khóa của bạn.",
  SecurityError: "Hãy mở tòa soạn bằng đúng địa chỉ của nó; khóa truy cập không dùng được ở địa chỉ này.",
};

async function answered(form) {
  if (form.dataset.passkey === "get") {
    const publicKey = Key.parseRequestOptionsFromJSON(await ask(form.action));
    return navigator.credentials.get({ publicKey });
  }
  const publicKey = Key.parseCreationOptionsFromJSON(await post(`${form.action}/moi`, []));
  return navigator.credentials.create({ publicKey });
}

async function use(form) {
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  forgive(form);
  try {
    const key = await answered(form);
    const given = new FormData(form);
    given.set("credential", JSON.stringify(key));
    location.assign((await post(form.action, given)).to);
  } catch (error) {
    // A step that changes who may enter asks first who it is.
    if (error instanceof Refused && error.status === 403) location.assign(`/desk/xac-nhan?tiep=${location.pathname}`);
    else refuse(form, error.name in WORDS ? new Error(WORDS[error.name]) : error);
    button.disabled = false;
  }
}

if (Key?.parseRequestOptionsFromJSON) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.closest("[data-passkeys]").hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      use(form);
    });
  }
}
