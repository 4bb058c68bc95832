// Many files at once, in pieces, with progress; after a break each goes on where it stopped.

import { ask, Away } from "./net.js";

const STATION = "/desk/kho/tai-len";
const AT_ONCE = 2;
const RETRY_MS = [500, 1000, 2000, 4000, 8000, 15000];
const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const noteOf = (file) => `toasoan:upload:${file.name}:${file.size}:${file.lastModified}`;

// A medium as lists show it: its small picture, or the sign of what has none, and its words.
export function shown(media) {
  const picture = media.thumb
    ? Object.assign(document.createElement("img"), { src: media.thumb, alt: "", loading: "lazy" })
    : Object.assign(document.createElement("span"), { className: "film", textContent: media.sign });
  const textContent = media.caption || media.name || "Chưa có chú thích";
  return [picture, Object.assign(document.createElement("span"), { textContent })];
}

// One line per file in `list`; `taken(media, file)` for each that arrived, `failed(file)` for each that did not.
export function uploader(list, taken, failed = () => {}) {
  const queue = [];
  let running = 0;

  const next = () => {
    while (running < AT_ONCE && queue.length) {
      running += 1;
      queue.shift()().finally(() => { running -= 1; next(); });
    }
  };

  return (files) => {
    for (const file of files) {
      const line = makeLine(list, file.name);
      queue.push(() => send(file, line, taken, failed));
    }
    next();
  };
}

function makeLine(list, name) {
  const item = document.createElement("li");
  item.className = "row";
  const label = document.createElement("span");
  label.className = "grow";
  label.textContent = name;
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.setAttribute("aria-label", `Đang tải ${name}`);
  const said = document.createElement("span");
  said.className = "small";
  item.append(label, bar, said);
  list.append(item);
  return { item, bar, said };
}

async function send(file, line, taken, failed) {
  try {
    const media = await whole(file, line);
    line.bar.value = 1;
    line.said.textContent = "xong";
    localStorage.removeItem(noteOf(file));
    setTimeout(() => line.item.remove(), 4000);
    taken(media, file);
  } catch (error) {
    localStorage.removeItem(noteOf(file));
    line.bar.remove();
    line.said.className = "fault";
    line.said.textContent = error.message;
    failed(file);
  }
}

async function whole(file, line) {
  const size = file.type.startsWith("video/") ? await sizeOfFilm(file) : {};
  let upload = await resumed(file);
  for (let failures = 0; ;) {
    try {
      upload ??= await begin(file);
      while (true) {
        const piece = file.slice(upload.offset, upload.offset + upload.piece);
        const headers = { "Upload-Offset": String(upload.offset), "Content-Type": "application/octet-stream", ...size };
        const told = await ask(`${STATION}/${upload.id}`, { method: "PATCH", headers, body: piece });
        if (told.media) return told.media;
        upload.offset = told.offset;
        line.bar.value = told.offset / file.size;
        line.said.textContent = `${Math.floor((100 * told.offset) / file.size)} %`;
        failures = 0;
      }
    } catch (error) {
      if (!(error instanceof Away) || failures >= RETRY_MS.length) throw error;
      line.said.textContent = "mất mạng, đang thử lại…";
      await wait(RETRY_MS[failures]);
      failures += 1;
      upload = await resumed(file).catch(() => upload);
    }
  }
}

async function begin(file) {
  const body = JSON.stringify({ name: file.name, size: file.size });
  const upload = await ask(STATION, { method: "POST", headers: { "Content-Type": "application/json" }, body });
  localStorage.setItem(noteOf(file), upload.id);
  return upload;
}

async function resumed(file) {
  const id = localStorage.getItem(noteOf(file));
  if (!id) return null;
  try {
    return await ask(`${STATION}/${id}`);
  } catch (error) {
    if (error instanceof Away) throw error;
    localStorage.removeItem(noteOf(file));
    return null;
  }
}

function sizeOfFilm(file) {
  return new Promise((done) => {
    const film = document.createElement("video");
    const url = URL.createObjectURL(file);
    const finish = () => {
      URL.revokeObjectURL(url);
      done(film.videoWidth ? { "X-Width": String(film.videoWidth), "X-Height": String(film.videoHeight) } : {});
    };
    film.onloadedmetadata = finish;
    film.onerror = finish;
    setTimeout(finish, 3000);
    film.src = url;
  });
}

// Files dropped anywhere on `zone`.
export function dropzone(zone, take) {
  zone.addEventListener("dragover", (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", (event) => {
    zone.classList.remove("over");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
}
