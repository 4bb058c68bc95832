// Vietnamese written before Unicode, and UTF-8 that was read as Western letters, found out and made right: what
// shared/vietnamese/legacy.py does to imports, with the same tables.

import TABLES from "../../shared/vietnamese/legacy.json";

export const DOUBLE = "UTF-8 đọc nhầm";
const NAMES = ["TCVN3", "VNI", "VPS", "VISCII"];
const WINDOWS = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";
const BYTES = new Map(Array.from({ length: 128 }, (_, at) => [String.fromCharCode(at + 128), at + 128]));
[...WINDOWS].forEach((char, at) => BYTES.set(char, at + 128));
const RUN = new RegExp(`[${[...BYTES.keys()].map((char) => (/[\]\\^-]/.test(char) ? `\\${char}` : char)).join("")}]{1,300}`, "g");
const LOST = [["Ä", "Đ"], ["Ã\u00a0", "à"], ["Ã ", "à "]];
// Blanks were set right since: the rest of a syllable stands alone behind it ("Ngà y").
const TORN = /Ã (?=(?:y|o|i|u|m|n|ng|nh|c|ch|t|p)(?!\p{L}))/gu;
const WORD = /[^\s!-&(->@[-_{-~…–—“”]+/g;
const TONES = /[\u0300\u0301\u0303\u0309\u0323]/g;
const SYLLABLE = new RegExp(
  "^(?:(?:(?:b|ch|d|đ|gi|h|l|m|n|nh|ph|qu|r|s|t|th|tr|v|x|kh|p)?|(?:c|g|ng)(?![eêi])|(?:k|gh|ngh)(?=[eêiy]))" +
  "(?:(?:o[aăeo]|u[âêôơy]|uyê|ươ|iê|yê|[aăâeêioôơuưy])(?:ch|nh|ng|[cmnpt])|" +
  "[oôơuưi]?a[iyou]?|oe|oeo|oa[oiy]|uây|uyu|uêu?|uya?|uơ|[âê]u|ây|eo|iêu|yêu|[iưu]u|[oôơuư]i|uôi|ươ[iu]|[aeêioôơuưy])|gi[nm]?)$");

// What the clipboard's HTML is written in where it is not as it should be, made right in place; returns the names of what
// was found. `fontOf(node)` says the font of an element, "" for none of its own.
export function rightEncodings(body, fontOf) {
  const found = new Set();
  const usual = nameOf(body.textContent);
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (isPlain(text.data)) continue;
    const font = fontAt(text.parentElement, fontOf);
    const block = text.parentElement.closest("p,li,td,th,h1,h2,h3,h4,h5,h6,div,body") ?? body;
    const [right, name] = rightText(text.data, font, mended(block.textContent)[1] || usual);
    if (name) found.add(name);
    text.data = right;
  }
  return [...found];
}

export function mended(text) {
  if (isPlain(text)) return [text, ""];
  const single = readOnce(text);
  if (single !== text) return [single.normalize("NFC"), DOUBLE];
  const name = nameOf(text);
  return name ? [inUnicode(text, name), name] : [text, ""];
}

function rightText(text, font, usual) {
  const words = beyondAscii(text);
  const isUnicode = words.length > 0 && share(words) >= 0.5;
  let name = fontName(font);
  if (name && isUnicode && !nameOf(text)) return [text, ""];
  name ||= mended(text)[1] || (isUnicode ? "" : usual);
  if (!name) return [text, ""];
  if (name === DOUBLE) return [readOnce(text).normalize("NFC"), name];
  const right = inUnicode(text, name);
  return [name === "TCVN3" && /h$/i.test(font) ? right.toUpperCase() : right, name];
}

function fontAt(node, fontOf) {
  for (let at = node; at; at = at.parentElement) if (fontOf(at)) return fontOf(at).split(",")[0].replace(/["']/g, "").trim();
  return "";
}

function fontName(font) {
  return /^\.vn/i.test(font) ? "TCVN3" : /^vni-/i.test(font) ? "VNI" : /^vps /i.test(font) ? "VPS" : "";
}

function nameOf(text) {
  const every = text.slice(0, 20000).match(WORD) ?? [];
  const words = every.filter((word) => !isPlain(word));
  // Many words without such a letter are Vietnamese as well: a sign or two in another language are signs.
  const plain = every.filter((word) => /^[A-Za-z]+$/.test(word));
  if (words.length < 2 || (plain.length > 2 * words.length && share(plain) < 0.5)) return "";
  const right = share(words);
  if (right >= 0.5) return "";
  let best = 0, name = "";
  for (const one of NAMES) {
    const much = share(words.map((word) => inUnicode(word, one)));
    if (much > best) [best, name] = [much, one];
  }
  return best >= 0.8 && best - right >= 0.4 ? name : "";
}

const patterns = new Map();

function inUnicode(text, name) {
  if (!patterns.has(name)) {
    const letters = Object.keys(TABLES[name]).sort((a, b) => b.length - a.length);
    patterns.set(name, new RegExp(letters.map((one) => one.replace(/[$()*+./?[\\\]^{|}-]/g, "\\$&")).join("|"), "g"));
  }
  return text.replace(patterns.get(name), (found) => TABLES[name][found]).normalize("NFC");
}

function readOnce(text) {
  const runs = text.match(RUN) ?? [];
  const read = runs.filter((run) => utf8(run) !== null).length;
  if (read < 2 || read < 0.6 * runs.length) return text;
  let changed = text.replace(RUN, (run) => utf8(run) ?? run);
  changed = changed.replace(TORN, "à");
  for (const [lost, letter] of LOST) changed = changed.replaceAll(lost, letter);
  return changed;
}

function utf8(run) {
  try {
    const read = new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(run, (char) => BYTES.get(char)));
    return read.length < run.length ? read : null;
  } catch {
    return null;
  }
}

function isPlain(text) {
  return !/[^\u0000-\u007f]/.test(text);
}

function beyondAscii(text) {
  return (text.match(WORD) ?? []).filter((word) => !isPlain(word));
}

function share(words) {
  return words.length ? words.filter(isSyllable).length / words.length : 0;
}

function isSyllable(word) {
  const low = word.toLowerCase();
  const isWritten = word === low || word === word.toUpperCase() || word === word[0].toUpperCase() + low.slice(1);
  const parts = low.normalize("NFD");
  const tones = parts.match(TONES) ?? [];
  if (!isWritten || tones.length > 1 || /[^aeiouy\u0302\u0306\u031b][\u0300\u0301\u0303\u0309\u0323]/.test(parts)) return false;
  const bare = parts.replace(TONES, "").normalize("NFC");
  if (/(?:ch|[cpt])$/.test(bare) && tones.length && !"\u0301\u0323".includes(tones[0])) return false;
  return SYLLABLE.test(bare);
}
