// The pictures of what is pasted: those that are in it become files, those that are elsewhere are counted.

const MOST = 50;
const TYPES = { png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", webp: "image/webp", gif: "image/gif" };
const DATA = /^data:image\/(png|jpe?g|webp|gif);base64,/i;

// `clipboard` is { files, rtf() }. Puts a figure in the place of each picture in `body` that is not of the paper's own,
// with a name of its own; returns { files: Map of names, leftOut }.
export function picturesIn(body, clipboard, nameOf) {
  const all = [...body.querySelectorAll("img")].filter((image) => !isOwn(image));
  const local = all.filter((image) => /^(file:|cid:)/i.test(image.getAttribute("src") ?? ""));
  const inRtf = local.length ? ofRtf(clipboard.rtf()) : [];
  const files = new Map();
  let leftOut = 0;
  for (const image of all) {
    const source = image.getAttribute("src") ?? "";
    let file = null;
    if (isTiny(image)) {
      image.remove();
      continue;
    }
    if (DATA.test(source)) file = ofData(source);
    // The pictures of Word stand in the same order beside its text; where some are missing nobody knows which.
    else if (local.includes(image)) file = inRtf.length === local.length ? inRtf[local.indexOf(image)] : null;
    // A picture that was copied in a browser.
    if (!file && all.length === 1) file = clipboard.files[0] ?? null;
    if (!file || files.size >= MOST) {
      leftOut += 1;
      image.remove();
      continue;
    }
    const name = nameOf();
    files.set(name, file);
    const figure = document.createElement("figure");
    figure.dataset.waiting = name;
    const caption = document.createElement("figcaption");
    caption.textContent = captionOf(image);
    figure.append(caption);
    image.replaceWith(figure);
    const paragraph = figure.closest("p,h1,h2,h3,h4,h5,h6");
    if (paragraph) paragraph.before(figure);
  }
  return { files, leftOut };
}

const isOwn = (image) => (image.getAttribute("src") ?? "").startsWith("/media/") || image.closest("[data-block]") !== null;
const isTiny = (image) => ["width", "height"].some((side) => /^[01]$/.test(image.getAttribute(side) ?? ""));

// A figure's caption goes with its picture.
function captionOf(image) {
  const figure = image.closest("figure");
  if (!figure) return "";
  const caption = figure.querySelector("figcaption");
  const words = caption?.textContent.replace(/\s+/g, " ").trim() ?? "";
  caption?.remove();
  figure.replaceWith(...figure.childNodes);
  return words;
}

function ofData(source) {
  const type = TYPES[DATA.exec(source)[1].toLowerCase()];
  try {
    const letters = atob(source.slice(source.indexOf(",") + 1));
    return fileOf(Uint8Array.from(letters, (one) => one.charCodeAt(0)), type);
  } catch {
    return null;
  }
}

const fileOf = (bytes, type) => new File([bytes], `dan.${type.split("/")[1]}`, { type });

// RTF has them as hexadecimal digits behind "\pngblip" or "\jpegblip"; the same picture's other forms have no such mark.
function ofRtf(rtf) {
  const found = [];
  const parts = rtf.split("\\pict").slice(1);
  for (const part of parts) {
    const mark = /\\(png|jpeg)blip/.exec(part.slice(0, 2000));
    if (!mark) continue;
    let at = mark.index + mark[0].length;
    const open = part.indexOf("{", at);
    if (open >= 0 && open < part.indexOf("}", at)) at = part.indexOf("}", open) + 1;
    const end = part.indexOf("}", at);
    const digits = part.slice(at, end < 0 ? undefined : end).replace(/\\[a-z]+-?\d*\s?/gi, "").replace(/[^0-9a-f]/gi, "");
    const bytes = new Uint8Array(digits.length >> 1);
    for (let one = 0; one < bytes.length; one += 1) bytes[one] = parseInt(digits.slice(2 * one, 2 * one + 2), 16);
    found.push(fileOf(bytes, TYPES[mark[1]]));
    if (found.length > MOST) break;
  }
  return found;
}
