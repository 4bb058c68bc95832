// What is written and not yet at the server, kept in this browser: one record a window. In IndexedDB, which has it on the
// disk when it says so; localStorage gets there seconds later, and a browser that is killed takes them with it.

const PATIENCE_MS = 3000; // WebKit's database may never answer a page that follows one which was writing

let opened = null;

// Rejects with what does not answer; the next one asks anew.
function inTime(asked) {
  let timer;
  const late = new Promise((_, failed) => {
    timer = setTimeout(() => { opened = null; failed(new Error("IndexedDB does not answer")); }, PATIENCE_MS);
  });
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

function database() {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open("toasoan", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("drafts", { keyPath: ["who", "place", "tab"] });
    asked.onerror = () => failed(asked.error);
    asked.onsuccess = () => {
      asked.result.onclose = () => { opened = null; };
      done(asked.result);
    };
  });
  opened.catch(() => { opened = null; });
  return opened;
}

async function work(mode, doing) {
  const held = (await inTime(database())).transaction("drafts", mode, { durability: "strict" });
  return inTime(new Promise((done, failed) => {
    const asked = doing(held.objectStore("drafts"));
    held.oncomplete = () => done(asked?.result);
    held.onabort = () => failed(held.error);
  }));
}

export const keyOf = ({ who, place, tab }) => [who, place, tab];

// Keep a record in place of those with these keys.
export const put = (record, instead = []) =>
  work("readwrite", (store) => { instead.forEach((key) => store.delete(key)); store.put(record); });

export const drop = (keys) => work("readwrite", (store) => { keys.forEach((key) => store.delete(key)); });

// All of a person's, the oldest first. A newsroom's computers have many users.
export async function listed(who) {
  const found = await work("readonly", (store) => store.getAll(IDBKeyRange.bound([who], [who, []])));
  return found.sort((one, other) => one.at - other.at);
}
