// @ts-check
// The chair's page: how the room stands, and a line to say. Its socket is what makes the chair seen; both close together.

import { Signal } from "./models/signal.js";
import { clientUs } from "./lib/client-time.js";
import { tr } from "./lib/words.js";

/** @param {string} id @returns {HTMLElement} */
function part(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** @param {string} id @param {string} text */
function say(id, text) {
  if (part(id).textContent !== text) part(id).textContent = text;
}

const PHASES = {
  lobby: tr("Not recording. They are getting ready."),
  countdown: tr("Recording. The scene begins in a moment."),
  playing: tr("Recording. The scene plays."),
  between: tr("Not recording. Between scenes."),
  ended: tr("This session is over."),
};

const scheme = location.protocol === "https:" ? "wss" : "ws";
const signal = new Signal(`${scheme}://${location.host}/ws/room/${part("chair-page").dataset.session}/chair`);

/** @param {string} type @param {(detail: any) => void} what */
const on = (type, what) => signal.addEventListener(type, (event) => what(/** @type {CustomEvent} */ (event).detail));

on("open", () => say("line-state", ""));
on("down", () => say("line-state", tr("The line to the studio is down; it is being restored.")));
on("closed", ({ sentence }) => say("line-state", sentence));
on("refused", ({ sentence }) => say("line-state", sentence));
on("state", ({ phase, partners, card, stands }) => {
  document.body.dataset.phase = phase;
  say("phase", PHASES[/** @type {keyof typeof PHASES} */ (phase)]);
  say("card-title", card ? tr("{title} ({order} of {of})", card) : tr("No card"));
  say("card-relationship", card?.relationship ?? "");
  say("card-where", card?.where ?? "");
  say("card-before", card?.moment_before ?? "");
  const said = [];
  if (stands.paused.partner) said.push(tr("Paused."));
  if (stands.off.partner) said.push(tr("Off the record."));
  if (stands.softened && phase === "playing") said.push(tr("Softer from here."));
  say("stands", said.join(" "));
  say("said", stands.line ? tr("Said last: {line}", stands) : "");
  part("seats").replaceChildren(...partners.map((/** @type {any} */ one) => {
    const row = document.createElement("li");
    row.textContent = `${one.name}${one.ready && phase !== "playing" ? `, ${tr("ready")}` : ""}`;
    return row;
  }));
});
part("coach").addEventListener("submit", (event) => {
  event.preventDefault();
  const input = /** @type {HTMLInputElement} */ (part("line"));
  if (input.value.trim() && signal.send({ type: "coach", line: input.value.trim() })) input.value = "";
});
setInterval(() => signal.send({ type: "ping", t0: clientUs() }), 2000);
signal.open();
