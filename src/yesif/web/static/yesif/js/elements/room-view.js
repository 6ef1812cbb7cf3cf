// @ts-check
// Puts what the room is into words on the page. Changes nothing but the page.

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
  lobby: "Not recording: say hello, it is off the record. The scene begins when you are both ready.",
  countdown: "Recording. The scene begins in a moment.",
  playing: "Recording. The scene plays.",
  between: "Not recording: what you say now is off the record. The scene is over.",
  ended: "This session is over. You may close the page once your takes are safe.",
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
  say("ready-words", state.you.ready ? "Not ready after all" : state.phase === "between" ? "Ready to play it again" : "I am ready");
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
  if (!here) return `${partner.name} is not here yet. You are paid for waiting.`;
  return partner.ready ? `${partner.name} is ready.` : `${partner.name} is here.`;
}

/** @param {RoomState} state @param {string} name of the partner */
function drawStands({ phase, stands, over }, name) {
  const { paused, off, softened, chairs, line } = stands;
  const said = [];
  if (paused.you) said.push("Paused by you. Nothing said now is kept. Press Pause again to go on.");
  if (paused.partner) said.push(`${name} paused. Nothing said now is kept, until ${name} goes on.`);
  if (off.you) said.push("Off the record, from 20 s before you pressed until you press again.");
  if (off.partner) said.push(`${name} went off the record: nothing said now is kept.`);
  if (softened && phase === "playing") said.push("Softer from here: keep the scene, lower the heat.");
  if (phase === "between" && over?.played && over.sealed_s) said.push(`Cut. The last ${over.sealed_s} s are sealed for both of you: they are in no export.`);
  say("stands", said.join(" "));
  say("coach", line ? `From the chair: ${line}` : "");
  say("chair", chairs.length ? `${chairs.join(" and ")} (producer) sits in: sees the card and how the scene stands, and may say a line.` : "");
  part("pause").setAttribute("aria-pressed", String(paused.you));
  part("off").setAttribute("aria-pressed", String(off.you));
  say("pause-words", paused.you ? "Go on" : "Pause");
  say("off-words", off.you ? "Back on the record" : "Off the record");
}

/** @param {RoomState["waits"]} waits @param {string} name of the partner */
function drawWaits(waits, name) {
  part("another").hidden = !waits?.offered || waits.wants_another;
  if (!waits?.offered) return say("waits", "");
  const asked = waits.wants_another
    ? "You asked for another partner: whoever pairs this block sees it now. This page stays open."
    : `${name} has not come for 5 minutes. You may be paired with somebody else who is here, or go on waiting; both are paid.`;
  const fee = `${name} did not come within 10 minutes: the stood-up fee is yours. You may leave now, or wait on.`;
  say("waits", waits.stood_up ? `${fee} ${waits.wants_another ? asked : ""}` : asked);
}

/** @param {RoomState["card"]} card */
function drawCard(card) {
  say("card-title", card?.title ?? "No card");
  say("card-count", card ? `Card ${card.order} of ${card.of}` : "");
  say("card-relationship", card?.relationship ?? "");
  say("card-where", card?.where ?? "");
  say("card-before", card?.moment_before ?? "");
}

const LINES = { want: "You want", fear: "You fear", voice: "Voice", tell: "A tell", under_pressure: "Under pressure",
  softens_when: "You soften when" };

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
  if (seconds < 0) return say("time", `in ${Math.ceil(-seconds)} s`);
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
  if (takes === 0) return say("saving", "Nothing recorded yet.");
  if (safe === takes) return say("saving", `Safe: the studio has all ${takes === 1 ? "of your take" : `${takes} of your takes`}. You may close this page.`);
  say("saving", `Saving: ${left.toFixed(1)} MB to go. Keep this page open; if it closes, nothing is lost, and you are asked at your next visit.`);
}
