// On every page of the desk but a story's own: what this browser still has of a story whose window is gone goes to the
// server. Where that has gone on meanwhile, it waits here until the story is opened, which puts both together.

import * as drafts from "./drafts.js";
import { pairsOf } from "./fields.js";
import { post } from "./net.js";

const who = document.querySelector("meta[name=who]")?.content;

async function send(one) {
  const station = /^\d+$/.test(one.place) ? `/desk/bai/${one.place}` : "/desk/bai";
  await post(`${station}/luu-tam`, pairsOf(one.draft, one.at_));
  await drafts.drop([drafts.keyOf(one)]);
}

if (who) {
  const found = await drafts.listed(who).catch(() => []);
  for (const one of found.filter((left) => !left.isBehind)) await send(one).catch(() => {});
}
