// The one machine that keeps what is being written. Every change has a number; two numbers say how far this browser and
// the server have it. Nothing else decides what is said, what is sent and when a step may be taken.
//
//   changed() ──► in this browser within HERE_MS ──► at the server after QUIET_MS of rest, LONGEST_MS at the latest
//
// Requests to the server go one behind the other. What one did oneself elsewhere (another window, another machine) is
// told by the server as "behind": it is taken up, put together with what stands here, and sent again.

import { merged } from "./built/merge.js";
import * as drafts from "./drafts.js";
import { pairsOf } from "./fields.js";
import { ask, Away, post, Refused } from "./net.js";

const HERE_MS = 400;
const QUIET_MS = 1000;
const LONGEST_MS = 2500;
const RETRY_MS = 2000;
const TRIES = 5;
// Browsers send no more than 64 KiB after a page is gone.
const LAST_BYTES = 60_000;
const SENT = 3;

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const isBehind = (error) => error.status === 409 && error.told.errors?.[0]?.field === "sequence";

const letters = (html) => html.replace(/<[^>]*>|&nbsp;|\s/g, "");
// Whether the server has what was sent, however it has cleaned it.
const isAlike = (one, other) =>
  one.title === other.title && one.summary === other.summary && letters(one.body) === letters(other.body);

// Steps that the article took while it was open here: what was meant for before is not done without another look.
export class Moved extends Error {
  constructor() {
    super("Bài vừa chuyển sang bước khác; hãy xem lại rồi làm lần nữa.");
  }
}

export class Keeper {
  // What stands at the server under `at`; `mine` differs from it by what was typed since.
  #base;
  // What was sent since and not answered: the server may have it all the same.
  #sent = [];
  #made = 0;
  #here = 0;
  #there = 0;
  #since = 0;
  #line = Promise.resolve();
  #timers = {};
  #resumed = [];
  #isFilling = false;
  // What the server has is not taken up yet: nothing is sent over it.
  #isBehind = false;
  #channel;

  // `at` is {key, sequence, version}; `show(keeper)` is told of every change, `heard(told)` what the server says besides.
  constructor({ who, id, place, at, fields, show, heard }) {
    Object.assign(this, { who, id, place, at, fields, show, heard });
    this.tab = `${Date.now()}-${Math.random()}`;
    this.fault = null;
    this.cannotKeep = false;
    this.keptAt = null;
    this.saved = "";
    this.isLeft = false;
    this.#base = fields.normal(fields.read());
    this.#channel = new BroadcastChannel(`toasoan:${who}:${place}`);
    this.#channel.onmessage = () => { if (!document.hidden) this.look(); };
  }

  get station() { return this.id ? `/desk/bai/${this.id}` : "/desk/bai"; }
  get isLacking() { return this.#made > this.#there; }
  get isHere() { return this.#here === this.#made; }
  // Whether there is something that is in no version.
  get isUnsaved() { return this.isLacking || this.at.sequence > 0; }

  changed() {
    if (this.isLeft || this.#isFilling) return;
    this.#made += 1;
    this.saved = "";
    this.#since ||= performance.now();
    this.#timers.here ||= setTimeout(() => this.keepHere(), HERE_MS);
    this.#plan(Math.min(QUIET_MS, Math.max(0, this.#since + LONGEST_MS - performance.now())));
    this.show(this);
  }

  // Everything typed until now is at the server; raises Away or Refused.
  flush() {
    return this.#inLine(async () => {
      while (this.isLacking) await this.#again(() => this.#send(`${this.station}/luu-tam`));
    });
  }

  // Everything typed until now is in a version; the server's answer. Raises Moved too.
  save() {
    return this.#inLine(async () => {
      let { status } = this.at;
      const settle = async () => {
        if (this.at.status !== status) throw new Moved();
        const becomes = (told) => ({ id: told.id, sequence: 0, version: told.version, status: told.status });
        const told = await this.#send(this.id ? `/desk/bai/${this.id}` : "/desk/bai/moi", becomes);
        status = this.at.status;
        this.saved = told.result === "unchanged" ? "Không có gì thay đổi." : `Đã lưu phiên bản ${told.version}.`;
        if (told.prepared) this.saved += " Bạn đọc chưa thấy.";
        return told;
      };
      let told;
      do { told = await this.#again(settle); } while (this.isLacking);
      this.show(this);
      return told;
    });
  }

  // Whether something happened elsewhere, and who else is here.
  look() {
    return this.#inLine(async () => {
      if (!this.id) {
        const told = await this.#fetched();
        if (told.id || told.sequence !== this.at.sequence) this.#takeUp(told);
        return told;
      }
      const told = await post(`${this.station}/dang-sua`, [["version", this.at.version]]);
      if (told.sequence !== this.at.sequence || (told.version !== this.at.version && !told.rewritten)) {
        this.#takeUp(await this.#fetched());
      }
      this.heard(told);
      return told;
    }).catch((error) => this.#failed(error));
  }

  // Go on from where windows stopped that are gone: the number of those.
  async resume(places, isBehind) {
    const found = await drafts.listed(this.who).catch(() => []);
    const gone = found.filter((one) => places.includes(one.place) && !same(one.base, one.draft));
    for (const one of gone) {
      const now = this.fields.normal(this.fields.read());
      const isFirst = one === gone[0];
      // The first is gone on with as if its window had never closed; what the others have is put into it.
      if (isFirst) {
        Object.assign(this.at, { sequence: one.at_.sequence, version: one.at_.version ?? (this.id && 1) });
        this.#base = this.fields.normal(one.base);
        this.#sent = one.sent;
      }
      const mine = this.fields.normal(one.draft);
      this.#fill(isFirst ? mine : merged(this.fields.normal(one.base), mine, now, { isGone: true }));
      this.#resumed.push(drafts.keyOf(one));
    }
    if (!gone.length && !isBehind) return 0;
    this.#isBehind = true;
    this.#made += 1;
    this.#since = performance.now();
    this.keepHere();
    await this.#inLine(() => this.#catchUp()).catch((error) => this.#failed(error));
    this.#plan(0);
    return gone.length;
  }

  // Keep it in this browser, now.
  async keepHere() {
    clearTimeout(this.#timers.here);
    this.#timers.here = 0;
    if (!this.isLacking || this.isHere) return;
    const number = this.#made;
    const { who, place, tab } = this;
    const [base, sent, draft] = [this.#base, this.#sent, this.fields.read()];
    const record = { who, place, tab, at: Date.now(), at_: { ...this.at }, base, sent, draft, isBehind: this.#isBehind };
    try {
      await drafts.put(record, this.#resumed);
      this.#here = Math.max(this.#here, number);
      this.cannotKeep = false;
    } catch (error) {
      this.cannotKeep = true;
      console.warn(error);
    }
    if (!this.isLacking) this.#forget();
    this.show(this);
  }

  // The page is going: the last that can be done without waiting.
  leave() {
    if (!this.isLacking || this.isLeft) return;
    const draft = this.fields.read();
    const form = pairsOf(draft, this.at);
    this.#sent = [...this.#sent, this.fields.normal(draft)].slice(-SENT);
    this.keepHere();
    if (!this.#isBehind && String(new URLSearchParams(form)).length < LAST_BYTES) {
      post(`${this.station}/luu-tam`, form, { keepalive: true }).catch(() => {});
    }
  }

  // The page may not be looked at again for long, or the network is back.
  hurry() {
    this.keepHere();
    if (this.isLacking && !this.isLeft) this.#plan(0);
  }

  // What went wrong with a save or a step.
  noted(error) {
    this.#failed(error);
  }

  // Nothing is kept or sent from here on: what stands here was thrown away, or is at the server.
  async end({ isDropped = false } = {}) {
    this.isLeft = true;
    clearTimeout(this.#timers.here);
    clearTimeout(this.#timers.there);
    if (isDropped || !this.isLacking) await this.#forget();
  }

  // ---------------------------------------------------------------- how

  #inLine(work) {
    const turn = this.#line.then(work);
    this.#line = turn.catch(() => {});
    return turn;
  }

  #plan(milliseconds) {
    clearTimeout(this.#timers.there);
    const send = () => (this.isLacking ? this.#again(() => this.#send(`${this.station}/luu-tam`)) : null);
    this.#timers.there = setTimeout(() => this.#inLine(send).catch((error) => this.#failed(error)), milliseconds);
  }

  async #send(url, becomes = (told) => ({ sequence: told.sequence })) {
    const [number, since, draft] = [this.#made, this.#since, this.fields.read()];
    const normal = this.fields.normal(draft);
    this.#since = 0;
    this.#sent = [...this.#sent, normal].slice(-SENT);
    let told;
    try {
      told = await post(url, pairsOf(draft, this.at));
    } catch (error) {
      this.#since = since || performance.now();
      if (error instanceof Refused) this.#sent.pop();
      if (error.told?.conflict) this.#settled(number, normal);
      throw error;
    }
    this.#sent = [];
    const { id, ...at } = becomes(told);
    this.#isMade(id);
    Object.assign(this.at, at);
    this.#base = normal;
    this.#reached(number);
    this.#channel.postMessage("");
    this.heard(told);
    return told;
  }

  // A new article is one from here on.
  #isMade(id) {
    if (!id || this.id) return;
    this.#resumed.push(drafts.keyOf(this));
    this.id = id;
    this.place = String(id);
  }

  // The server keeps what was sent, to be shown beside what somebody else has saved.
  #settled(number, draft) {
    this.#base = draft;
    this.#there = number;
    if (this.isLacking) return;
    this.isLeft = true;
    this.#forget();
  }

  #reached(number) {
    this.#there = number;
    this.fault = null;
    this.keptAt = new Date();
    if (!this.isLacking) this.#forget();
    this.show(this);
  }

  async #again(doing) {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#catchUp();
        return await doing();
      } catch (error) {
        if (!isBehind(error) || tries === TRIES) throw error;
        this.#takeUp(await this.#fetched());
      }
    }
  }

  async #catchUp() {
    if (this.#isBehind) this.#takeUp(await this.#fetched(), { isGone: true });
  }

  async #fetched() {
    const query = this.id ? { version: this.at.version ?? 1 } : { key: this.at.key };
    const told = await ask(`${this.station}/dang-viet?${new URLSearchParams(query)}`);
    await this.fields.settled();
    return told;
  }

  // What the server has, together with what was typed here since `base`. Nothing is awaited: nobody types meanwhile.
  #takeUp(told, how) {
    const { normal } = this.fields;
    this.#isBehind = false;
    if (!told.draft) {
      // What was kept of a new article was thrown away elsewhere.
      this.at.sequence = 0;
      return;
    }
    const theirs = normal(told.draft);
    const base = told.rest ? merged(normal(told.rest.base), normal(told.rest.draft), theirs) : theirs;
    const mine = normal(this.fields.read());
    const stood = normal(told.rest?.draft ?? told.draft);
    const begun = this.#sent.find((one) => isAlike(one, stood)) ?? this.#base;
    const all = merged(begun, mine, base, how);
    this.#sent = [];
    this.#isMade(told.id);
    this.at.sequence = told.sequence;
    this.at.version = told.version ?? this.at.version;
    this.at.status = told.status ?? this.at.status;
    this.#base = base;
    if (!same(all, mine)) this.#fill(all);
    if (same(all, theirs)) {
      this.#reached(this.#made);
    } else if (!this.isLacking) {
      this.#made += 1;
      this.#since = performance.now();
      this.#plan(0);
    }
    this.show(this);
  }

  #fill(draft) {
    this.#isFilling = true;
    try { this.fields.fill(draft); } finally { this.#isFilling = false; }
  }

  #forget() {
    const keys = [drafts.keyOf(this), ...this.#resumed];
    return drafts.drop(keys).then(() => { this.#resumed = []; }, () => {});
  }

  #failed(error) {
    this.fault = error;
    // What is refused as it is waits for the next change; what nobody could answer is tried again.
    const isFinal = error instanceof Refused && [403, 404, 413, 422].includes(error.status);
    if (!isFinal && this.isLacking && !this.isLeft) this.#plan(RETRY_MS);
    if (!(error instanceof Away || error instanceof Refused)) console.error(error);
    this.show(this);
  }
}
