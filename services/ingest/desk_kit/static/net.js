// Asking the desk: every request carries the CSRF token; what goes wrong is an Error with the server's own words.

const token = document.querySelector("meta[name=csrf]")?.content ?? "";

export class Refused extends Error {
  constructor(status, told) {
    super(told.detail || "Không làm được.");
    this.status = status;
    this.told = told;
  }
}

export class Away extends Error {
  constructor() {
    super("Không nối được với tòa soạn.");
  }
}

export async function ask(url, options = {}) {
  let answer;
  try {
    answer = await fetch(url, {
      ...options,
      headers: { Accept: "application/json", "X-CSRF-Token": token, ...options.headers },
    });
  } catch {
    throw new Away();
  }
  if (answer.status >= 502 && answer.status <= 504) throw new Away();
  const told = answer.status === 204 ? {} : await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

export const post = (url, form, options = {}) =>
  ask(url, { method: "POST", body: new URLSearchParams(form), ...options });
