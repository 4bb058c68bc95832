// One text out of two that came of the same: what somebody wrote in two windows at once. Nothing of either is lost: where
// both changed the same words, both stand there, the other window's first.

import { diff3Merge } from "node-diff3";

const same = (left, right) => JSON.stringify(left) === JSON.stringify(right);

const holds = (long, short) =>
  long.some((_one, at) => short.every((one, then) => long[at + then] === one)) || !short.length;

// Of three lists of strings; `clash(mine, base, theirs)` says what stands where both changed the same place.
function lists({ isGone }, base, mine, theirs, clash = (ours, _base, other) => [...other, ...ours]) {
  return diff3Merge(mine, base, theirs, { excludeFalseConflicts: true }).flatMap(({ ok, conflict }) => {
    if (ok) return ok;
    const { a: ours, o: before, b: other } = conflict;
    // What a window wrote that is gone was the last that it sent, it may be, and somebody has gone on from there.
    if (isGone && ours.length && holds(other, ours)) return other;
    return clash(ours, before, other);
  });
}

const tokens = (text) => text.match(/<[^>]*>|\s+|[^<\s]+/g) ?? [];

function words(how, base, mine, theirs) {
  const both = (ours, _base, other) => [...other, ...(ours.length && other.length ? [" "] : []), ...ours];
  return lists(how, tokens(base), tokens(mine), tokens(theirs), both).join("");
}

function blocks(html) {
  const body = new DOMParser().parseFromString(html, "text/html").body;
  return [...body.childNodes].map((node) => node.outerHTML ?? node.textContent).filter((block) => block.trim());
}

function bodies(how, base, mine, theirs) {
  // Two forms of a story block have no words in common that could be put together.
  const isWhole = (list) => list.some((block) => block.includes(" data-block="));
  const clash = (ours, before, other) =>
    ours.length === before.length && other.length === before.length && !isWhole([...ours, ...before, ...other])
      ? ours.map((block, at) => words(how, before[at], block, other[at]))
      : [...other, ...ours];
  return lists(how, blocks(base), blocks(mine), blocks(theirs), clash).join("");
}

function rows(how, base, mine, theirs) {
  const [before, ours, other] = [base, mine, theirs].map((list) => list.map((one) => JSON.stringify(one)));
  return [...new Set(lists(how, before, ours, other))].map((one) => JSON.parse(one));
}

const MERGED = { title: words, summary: words, body: bodies, tags: rows, people: rows, images: rows };

// Of three drafts, field by field; what only one side changed is as it made it. `isGone`: mine is of a window that is gone.
export function merged(base, mine, theirs, { isGone = false } = {}) {
  const one = (name) => {
    if (same(mine[name], base[name]) || same(mine[name], theirs[name])) return theirs[name];
    if (same(theirs[name], base[name]) || !(name in MERGED)) return mine[name];
    return MERGED[name]({ isGone }, base[name], mine[name], theirs[name]);
  };
  return Object.fromEntries(Object.keys(mine).map((name) => [name, one(name)]));
}
