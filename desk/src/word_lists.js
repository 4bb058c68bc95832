// Lists that Word wrote as paragraphs with a mark of their own, made lists again, as imports make them
// (services/ingest/exchange/importers/word_lists.py): labels that no list of ours prints stay as words.

const LETTERS = "abcdđeghiklmnopqrstuvxy";
const MARK = /^\s*(?:([·•▪■●○◦§ØüÿvqwZo–—*+-])|\(?((?:\d{1,3}\.){0,5}\d{1,4}|[a-zđ]{1,7}|[A-ZĐ]{1,7})\s?[.)]?)[\s\u00a0]+/;

export function wordLists(body, style) {
  const parents = new Set([...body.querySelectorAll("p")].filter((node) => isListed(node, style)).map((node) => node.parentNode));
  for (const parent of parents) {
    let run = [];
    for (const child of [...parent.children, null]) {
      const item = child && itemOf(child, style);
      const goesOn = item && item.type !== "?" && (!run.length || child.previousElementSibling === run.at(-1).node);
      if (run.length && !goesOn) {
        make(run);
        run = [];
      }
      if (item?.type === "?") label(item);
      else if (item) run.push(item);
    }
  }
}

function isListed(node, style) {
  return node.tagName === "P" && (/MsoListParagraph/.test(node.className) || /level/.test(style(node, "mso-list")));
}

// What a list paragraph's mark says: {node, level, label, length, type, number}; type is "1" or "a" of an ol, "" of a ul,
// "?" for a label that no list prints.
function itemOf(node, style) {
  const found = isListed(node, style) && MARK.exec(node.textContent.slice(0, 60));
  if (!found) return null;
  const mark = found[2] ?? "";
  const level = Number(/level(\d{1,2})/.exec(style(node, "mso-list"))?.[1] ?? 1);
  const item = { node, level, label: found[0].trim(), length: found[0].length, type: "", number: 0 };
  if (/^\d/.test(mark)) return { ...item, type: "1", number: Number(mark.split(".").at(-1)) };
  if (!mark) return item;
  const at = mark.length === 1 ? LETTERS.indexOf(mark) : -1;
  return at < 0 ? { ...item, type: "?" } : { ...item, type: "a", number: at + 1 };
}

function make(run) {
  if (!countsOn(run)) return run.forEach(label);
  const lists = [];
  for (const item of run) {
    while (lists.length && lists.at(-1).level > item.level) lists.pop();
    let open = lists.at(-1)?.level === item.level ? lists.pop() : null;
    if (open && (open.type !== item.type || (item.type && open.number + 1 !== item.number))) open = null;
    const list = open?.list ?? started(item, lists.at(-1)?.list.lastElementChild, run);
    lists.push({ ...item, list });
    const entry = document.createElement("li");
    entry.append(...item.node.childNodes);
    cutStart(entry, item.length);
    list.append(entry);
  }
  for (const item of run) item.node.remove();
}

function started(item, entry, run) {
  const list = document.createElement(item.type ? "ol" : "ul");
  if (item.type === "a") list.setAttribute("type", "a");
  if (item.type && item.number !== 1) list.setAttribute("start", item.number);
  if (entry) entry.append(list);
  else run[0].node.before(list);
  return list;
}

// Whether letters count as a list would print them: each on from the one before it at its level.
function countsOn(run) {
  const last = new Map();
  for (const item of run) {
    for (const level of [...last.keys()]) if (level > item.level) last.delete(level);
    const before = last.get(item.level);
    if (item.type === "a" && before?.type === "a" && ![before.number + 1, 1].includes(item.number)) return false;
    last.set(item.level, item);
  }
  return true;
}

function label(item) {
  cutStart(item.node, item.length);
  item.node.prepend(`${item.label} `);
}

function cutStart(node, length) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  while (length > 0 && walker.nextNode()) {
    const text = walker.currentNode;
    const cut = Math.min(length, text.data.length);
    text.data = text.data.slice(cut);
    length -= cut;
  }
}
