// What Word, Google Docs and web pages put on the clipboard, made plain: structure and emphasis stay, the rest goes.
// The server cleans again; this is so that people see at once what they get.

import { rightEncodings } from "./legacy.js";
import { cleanLink } from "./links.js";
import { wordLists } from "./word_lists.js";

// The marks of story blocks, which come from another article.
const MARKS = ["data-block", "data-v", "data-field", "data-item", "data-value"];
const DROPPED = "script,style,meta,link,title,xml,o\\:p,w\\:sdt,iframe,object,form,button,svg,canvas,noscript";

// `onMended` is told which old encodings were made right; `pictures(body)` puts figures in the place of foreign pictures,
// which else go.
export function cleanPasted(html, onMended = () => {}, pictures = () => {}) {
  const body = new DOMParser().parseFromString(unstyled(html), "text/html").body;
  body.querySelectorAll(DROPPED).forEach((node) => node.remove());
  for (const node of [...body.querySelectorAll("*")]) {
    if (node.tagName.includes(":")) unwrap(node);
  }
  const mended = rightEncodings(body, (node) => style(node, "font-family") || node.getAttribute("face") || "");
  if (mended.length) onMended(mended);
  // Google Docs wraps everything in one <b> that is not bold.
  body.querySelectorAll("b[id^=docs-internal-guid]").forEach(unwrap);
  body.querySelectorAll("b,strong").forEach((node) => {
    if (/^(normal|[1-4]00)$/.test(style(node, "font-weight"))) unwrap(node);
  });
  pictures(body);
  body.querySelectorAll("span,font").forEach((node) => {
    const bold = /^(bold|[6-9]00)$/.test(style(node, "font-weight"));
    const italic = style(node, "font-style") === "italic";
    if (bold) wrapInside(node, "strong");
    if (italic) wrapInside(node, "em");
    unwrap(node);
  });
  wordLists(body, style);
  body.querySelectorAll("h1").forEach((node) => rename(node, "h2"));
  body.querySelectorAll("div,section,article,header,footer,main,center").forEach((node) => {
    const hasBlocks = node.querySelector("p,div,h2,h3,h4,ul,ol,table,blockquote,figure");
    if (hasBlocks) unwrap(node);
    else rename(node, "p");
  });
  for (const node of body.querySelectorAll("*")) {
    for (const { name, value } of [...node.attributes]) {
      const kept = (name === "href" && /^(https?:|mailto:|tel:)/i.test(value)) || name === "colspan" || name === "rowspan"
        || (node.tagName === "OL" && (name === "start" || (name === "type" && value === "a")))
        || (name === "src" && value.startsWith("/media/")) || name === "alt"
        || (name === "data-width" && node.tagName === "IMG")
        || (name === "data-waiting" && node.tagName === "FIGURE")
        || (MARKS.includes(name) && node.closest("[data-block]"))
        || (name === "href" && value.startsWith("/") && node.closest("[data-block]"));
      if (!kept) node.removeAttribute(name);
    }
  }
  body.querySelectorAll("a[href]").forEach((node) => node.setAttribute("href", cleanLink(node.getAttribute("href"))));
  body.querySelectorAll("img:not([src])").forEach((node) => node.remove());
  body.querySelectorAll("a:not([href])").forEach(unwrap);
  body.querySelectorAll("p,h2,h3,h4,li").forEach((node) => {
    if (!node.textContent.replace(/\u00a0/g, " ").trim() && !node.querySelector("img,figure")) node.remove();
  });
  return body.innerHTML.normalize("NFC").replace(/&nbsp;/g, " ");
}

// Comments go, styles under another name: the page's policy forbids them, and the browser complains of each.
function unstyled(html) {
  return html
    .replace(/<!--[\s\S]*?-->|<!\[[\s\S]*?\]>|<style\b[\s\S]*?<\/style>/gi, "")
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, " data-style="));
}

// What a node's own style says of one property, "" for nothing.
function style(node, property) {
  const said = new RegExp(`(?:^|;)\\s*${property}\\s*:\\s*([^;]+)`, "i").exec(node.dataset.style ?? "");
  return said ? said[1].trim().toLowerCase() : "";
}

function unwrap(node) {
  node.replaceWith(...node.childNodes);
}

function rename(node, tag) {
  const made = document.createElement(tag);
  made.append(...node.childNodes);
  node.replaceWith(made);
}

function wrapInside(node, tag) {
  const made = document.createElement(tag);
  made.append(...node.childNodes);
  node.append(made);
}
