// @ts-check
// The review page: player, timeline and the seal form know each other only here.

import "./elements/player.js";
import "./elements/timeline.js";

/** @typedef {HTMLElement & {player?: {seek(seconds: number): void, time: number}}} Player */
/** @typedef {HTMLElement & {at(seconds: number): void, choose(start: number, end: number): void}} Timeline */

/** @returns {Player | null} */
const player = () => document.querySelector("yesif-player");
/** @returns {Timeline | null} */
const timeline = () => document.querySelector("yesif-timeline");
/** @param {string} name @returns {HTMLInputElement | null} */
const field = (name) => document.querySelector(`#seal [name="${name}"]`);

/** @param {number} start @param {number} end seconds */
function fill(start, end) {
  const [from, to] = [field("start"), field("end")];
  if (from) from.value = start.toFixed(2);
  if (to) to.value = end.toFixed(2);
  showChosen();
}

function showChosen() {
  timeline()?.choose(Number(field("start")?.value ?? 0), Number(field("end")?.value ?? 0));
}

document.addEventListener("at", (event) => timeline()?.at(/** @type {CustomEvent} */ (event).detail));
document.addEventListener("jump", (event) => player()?.player?.seek(/** @type {CustomEvent} */ (event).detail));
document.addEventListener("chosen", (event) => {
  const { start, end } = /** @type {CustomEvent} */ (event).detail;
  fill(start, end);
});
document.addEventListener("mark", (event) => {
  const { which, at } = /** @type {CustomEvent} */ (event).detail;
  const other = Number(field(which === "start" ? "end" : "start")?.value ?? 0);
  if (which === "start") fill(at, Math.max(at, other));
  else fill(Math.min(at, other), at);
});
document.querySelector("#seal")?.addEventListener("input", showChosen);
// A click in the timeline's list of moments, or a link "#t=12.5", jumps there.
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[href^='#t=']") : null;
  if (link) player()?.player?.seek(Number(link.getAttribute("href")?.slice(3)));
});
