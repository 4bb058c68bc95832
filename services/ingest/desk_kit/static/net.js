// Asking the desk: every request carries the CSRF token and has a deadline; what goes wrong is an Error with the server's
// own words. Where the session has been renewed meanwhile (in another window) its new token is fetched and used.

const meta = (name) => document.querySelector(`meta[name=${name}]`)?.content ?? "";
const DEADLINE_MS = 10_000;
// Slower than this is no line that one can work on.
const BYTES_A_MS = 20;
let token = meta("csrf");

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
  const answer = await fetched(url, options);
  const isOfSession = answer.status === 401 || answer.status === 403;
  return told(isOfSession && (await renewed()) ? await fetched(url, options) : answer);
}

export const post = (url, form, options = {}) => {
  const body = new URLSearchParams(form);
  const signal = AbortSignal.timeout(DEADLINE_MS + String(body).length / BYTES_A_MS);
  return ask(url, { method: "POST", body, signal, ...options });
};

async function fetched(url, options) {
  const headers = { Accept: "application/json", "X-CSRF-Token": token, ...options.headers };
  const deadline = options.body ? {} : { signal: AbortSignal.timeout(DEADLINE_MS) };
  let answer;
  try {
    answer = await fetch(url, { ...deadline, ...options, headers });
  } catch {
    throw new Away();
  }
  if (answer.status >= 502 && answer.status <= 504) throw new Away();
  return answer;
}

async function told(answer) {
  let given = {};
  try {
    if (answer.status !== 204) given = await answer.json();
  } catch {
    // An answer that broke off is none: nobody knows what became of it.
    if (answer.ok) throw new Away();
  }
  if (!answer.ok) throw new Refused(answer.status, given);
  return given;
}

// Whether the same person has a session again, with another token. Nothing is ever sent in somebody else's name.
async function renewed() {
  const answer = await fetched("/desk/phien", {});
  if (!answer.ok) return false;
  const session = await told(answer);
  if (String(session.id) !== meta("who") || session.csrf === token) return false;
  token = session.csrf;
  for (const input of document.querySelectorAll("input[name=csrf]")) input.value = token;
  return true;
}
