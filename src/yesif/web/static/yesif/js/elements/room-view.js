// @ts-check
// Puts what the room is into words on the page. Changes nothing but the page.

import { tr } from "../lib/words.js";

/**
 * @typedef {object} RoomState as the studio tells it to this performer
 * @property {"lobby" | "countdown" | "playing" | "between" | "ended"} phase
 * @property {string} opened_ns
 * @property {{position: string, ready: boolean}} you
 * @property {{position: string, name: string, pronouns: string, languages: string[], ready: boolean}[]} partners
 * @property {Record<string, any> | null} card
 * @property {Record<string, string>} note
 * @property {{take: string, performance: string, action_ns: string} | null} take that rolls
 * @property {{take: string, cut_ns: string, played: boolean, sealed_s: number} | null} over the last take that ended
 * @property {Stands} stands
 * @property {string} [moved_to] the room of the new pair
 * @property {{offered: boolean, stood_up: boolean, wants_another: boolean} | null} waits for a partner who has not come
 */

/**
 * @typedef {object} Stands how the scene stands, besides its phase
 * @property {{you: boolean, partner: boolean}} paused
 * @property {{you: boolean, partner: boolean}} off the record
 * @property {boolean} softened
 * @property {string[]} chairs who sits in
 * @property {string} line of side-coaching
 */

const WORDS = {
  lobby: tr("Not recording: say hello, it is off the record. The scene begins when you are both ready."),
  countdown: tr("Recording. The scene begins in a moment."),
  playing: tr("Recording. The scene plays."),
  between: tr("Not recording: what you say now is off the record. The scene is over."),
  ended: tr("This session is over. You may close the page once your takes are safe."),
};

/** @param {string} id @returns {HTMLElement} */
export function part(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** @param {string} id @param {string} text written only where it differs, so that screen readers speak once */
export function say(id, text) {
  const place = part(id);
  if (place.textContent !== text) place.textContent = text;
}

/** Draw the room. @param {RoomState} state @param {{checked: boolean, here: boolean}} own */
export function draw(state, { checked, here }) {
  document.body.dataset.phase = state.phase;
  const [partner] = state.partners;
  say("phase", WORDS[state.phase]);
  say("partner-state", partnerWords(partner, here));
  drawCard(state.card);
  drawNote(state.note);
  const waiting = state.phase === "lobby" || state.phase === "between";
  const ready = /** @type {HTMLButtonElement} */ (part("ready"));
  ready.disabled = !checked || !waiting || !state.card;
  ready.setAttribute("aria-pressed", String(state.you.ready));
  say("ready-words", state.you.ready ? tr("Not ready after all") : state.phase === "between" ? tr("Ready to play it again") : tr("I am ready"));
  part("cut").toggleAttribute("disabled", waiting || state.phase === "ended");
  part("end").toggleAttribute("disabled", state.phase !== "playing");
  for (const id of ["soften", "pause", "off"]) part(id).toggleAttribute("disabled", state.phase !== "playing");
  part("swap").toggleAttribute("disabled", !waiting || !state.card);
  drawStands(state, partner?.name ?? "");
  drawWaits(here ? null : state.waits, partner?.name ?? "");
  part("ready").hidden = !waiting;
  const last = !state.card || state.card.order >= state.card.of;
  part("next").toggleAttribute("disabled", !waiting || last);
  part("leave").toggleAttribute("disabled", state.phase === "ended");
}

/** @param {RoomState["partners"][0] | undefined} partner @param {boolean} here */
function partnerWords(partner, here) {
  if (!partner) return "";
  if (!here) return tr("{name} is not here yet. Waiting is paid while your minutes are counted.", partner);
  return partner.ready ? tr("{name} is ready.", partner) : tr("{name} is here.", partner);
}

/** @param {RoomState} state @param {string} name of the partner */
function drawStands({ phase, stands, over }, name) {
  const { paused, off, softened, chairs, line } = stands;
  const said = [];
  if (paused.you) said.push(tr("Paused by you. Nothing said now is kept. Press Pause again to go on."));
  if (paused.partner) said.push(tr("{name} paused. Nothing said now is kept, until {name} goes on.", { name }));
  if (off.you) said.push(tr("Off the record, from 20 s before you pressed until you press again."));
  if (off.partner) said.push(tr("{name} went off the record: nothing said now is kept.", { name }));
  if (softened && phase === "playing") said.push(tr("Softer from here: keep the scene, lower the heat."));
  if (phase === "between" && over?.played && over.sealed_s) said.push(tr("Cut. The last {sealed_s} s are sealed for both of you: they are in no export.", over));
  say("stands", said.join(" "));
  say("coach", line ? tr("From the chair: {line}", { line }) : "");
  say("chair", chairs.length ? tr("{names} (producer) sits in: sees the card and how the scene stands, and may say a line.", { names: chairs.join(` ${tr("and")} `) }) : "");
  part("pause").setAttribute("aria-pressed", String(paused.you));
  part("off").setAttribute("aria-pressed", String(off.you));
  say("pause-words", paused.you ? tr("Go on") : tr("Pause"));
  say("off-words", off.you ? tr("Back on the record") : tr("Off the record"));
}

/** @param {RoomState["waits"]} waits @param {string} name of the partner */
function drawWaits(waits, name) {
  part("another").hidden = !waits?.offered || waits.wants_another;
  if (!waits?.offered) return say("waits", "");
  const asked = waits.wants_another
    ? tr("You asked for another partner: whoever pairs this block sees it now. This page stays open.")
    : tr("{name} has not come for 5 minutes. You may be paired with somebody else who is here, or go on waiting; both are paid.", { name });
  const fee = tr("{name} did not come within 10 minutes: the stood-up fee is yours. You may leave now, or wait on.", { name });
  say("waits", waits.stood_up ? `${fee} ${waits.wants_another ? asked : ""}` : asked);
}

/** @param {RoomState["card"]} card */
function drawCard(card) {
  say("card-title", card?.title ?? tr("No card"));
  say("card-count", card ? tr("Card {order} of {of}", card) : "");
  say("card-relationship", card?.relationship ?? "");
  say("card-where", card?.where ?? "");
  say("card-before", card?.moment_before ?? "");
}

const LINES = { want: tr("You want"), fear: tr("You fear"), voice: tr("Voice"), tell: tr("A tell"), under_pressure: tr("Under pressure"),
  softens_when: tr("You soften when") };

/** @param {Record<string, string>} note */
function drawNote(note) {
  say("note-objective", note.objective);
  say("note-label", note.label);
  say("note-text", note.note);
  const list = part("note-lines");
  if (list.dataset.of === note.label) return;
  list.dataset.of = note.label;
  list.replaceChildren(...Object.entries(LINES).flatMap(([name, words]) => {
    if (!note[name]) return [];
    const term = document.createElement("dt");
    const told = document.createElement("dd");
    [term.textContent, told.textContent] = [words, note[name]];
    return [term, told];
  }));
}

/** @param {number} seconds since action; negative while counting down */
export function drawTime(seconds) {
  if (seconds < 0) return say("time", tr("in {seconds} s", { seconds: Math.ceil(-seconds) }));
  const whole = Math.floor(seconds);
  say("time", `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`);
}

/** What became of the takes of this visit. @param {{recorded: number, sent: number, safe: number, takes: number}} saving */
export function drawSaving({ recorded, sent, safe, takes }) {
  const left = Math.max(0, recorded - sent) / 1e6;
  const bar = /** @type {HTMLProgressElement} */ (part("saving-bar"));
  bar.hidden = takes === 0;
  bar.max = Math.max(1, recorded);
  bar.value = sent;
  if (takes === 0) return say("saving", tr("Nothing recorded yet."));
  if (safe === takes) return say("saving", takes === 1
    ? tr("Safe: the studio has all of your take. You may close this page.")
    : tr("Safe: the studio has all {takes} of your takes. You may close this page.", { takes }));
  say("saving", tr("Saving: {left} MB to go. Keep this page open; if it closes, nothing is lost, and you are asked at your next visit.", { left: left.toFixed(1) }));
}
