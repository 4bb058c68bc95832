// Where readers see the article by now: asked again and again until every place has it.

import { ask } from "./net.js";

const EVERY_MS = 300;
const SLOW_MS = 2000;
const places = document.getElementById("places");
const isShown = Boolean(places?.dataset.shown);
const WORDS = { shown: isShown ? "đã hiện" : "đã mất", waiting: "đang chờ", late: "chậm", past: "không áp dụng" };

function waiting() {
  return [...places.querySelectorAll(".place")].filter((place) => !["shown", "past"].includes(place.dataset.state));
}

function show(one) {
  const place = places.querySelector(`[data-place="${one.name}"]`);
  place.dataset.state = one.state;
  const said = place.querySelector("[data-said]");
  said.className = `status is-${one.state}`;
  const seconds = one.seconds.toLocaleString("vi-VN", { maximumFractionDigits: 1 });
  said.textContent = one.state === "shown" && one.seconds < 60 ? `${WORDS.shown} sau ${seconds} giây` : WORDS[one.state];
  place.querySelector("[data-reason]").textContent = one.reason;
}

async function look() {
  const rest = waiting();
  if (!rest.length) return;
  let pause = EVERY_MS;
  try {
    const names = rest.map((place) => place.dataset.place).join(",");
    const told = await ask(`${places.dataset.url}?cho=${names}`);
    told.places.forEach(show);
    if (told.places.every((one) => one.state === "late")) pause = SLOW_MS;
  } catch {
    pause = SLOW_MS;
  }
  setTimeout(look, pause);
}

if (places) look();
