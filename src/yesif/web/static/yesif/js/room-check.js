// @ts-check
// The room check: gear, headphones, light, line, disk, staying awake; then a take of 20 seconds to watch. What is found is kept
// as sentences; no picture and no sound leaves the page, but for a few random bytes that time the line.

import { examine, openDevices } from "./elements/device-check.js";
import { Meter } from "./elements/meter.js";
import { leak, light } from "./elements/room-tests.js";
import { csrfToken } from "./lib/csrf.js";
import { tr } from "./lib/words.js";

const TAKE_S = 20;
const PROBE_BYTES = 2_000_000;
const ENOUGH_MBIT = 4; // voice and camera as they are sent while you play; less takes longer, and nothing is lost

/** @typedef {{ok: boolean, text: string}} Row */
/** @type {import("./elements/device-check.js").Devices | null} */
let devices = null;

/** @param {string} id @returns {HTMLElement} */
function part(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found;
}

/** @param {string} id @param {string} text */
function say(id, text) {
  part(id).textContent = text;
}

async function check() {
  const button = /** @type {HTMLButtonElement} */ (part("begin"));
  button.disabled = true;
  part("found").replaceChildren();
  try {
    say("begin-state", tr("Opening camera and microphone."));
    devices ??= await openDevices();
    const look = /** @type {HTMLVideoElement} */ (part("look"));
    look.srcObject = new MediaStream([devices.camera]);
    new Meter(part("meter")).watch(devices.voice);
    say("begin-state", tr("Please say a few words."));
    const { rows } = await examine(devices);
    say("begin-state", tr("Now be quiet: a sound is played for 2 seconds."));
    rows.push(await leak(devices.voice));
    say("begin-state", tr("Looking at the light and timing your line."));
    rows.push(await light(look), await line(), await awake());
    part("found").replaceChildren(...rows.map(drawn));
    say("begin-state", await kept(rows));
    /** @type {HTMLButtonElement} */ (part("take")).disabled = false;
    document.body.dataset.checked = "yes";
  } catch (error) {
    devices = null;
    say("begin-state", error instanceof Error ? error.message : tr("The check did not work; try again."));
  } finally {
    button.disabled = false;
  }
}

/** @param {Row} row */
function drawn({ ok, text }) {
  const item = document.createElement("li");
  item.textContent = `${ok ? "✓" : "!"} ${text}`;
  item.className = ok ? "good" : "warn";
  return item;
}

/** @returns {Promise<Row>} */
async function line() {
  const body = new Uint8Array(PROBE_BYTES);
  for (let at = 0; at < body.length; at += 65_536) crypto.getRandomValues(body.subarray(at, at + 65_536));
  const begun = performance.now();
  const answer = await fetch("/performer/room-check/speed", { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
  if (!answer.ok) return { ok: false, text: tr("Your line could not be timed; the studio did not answer.") };
  const mbit = (PROBE_BYTES * 8) / 1000 / Math.max(1, performance.now() - begun);
  const text = tr("Line: {speed} Mbit/s to the studio.", { speed: mbit < 10 ? mbit.toFixed(1) : Math.round(mbit) });
  if (mbit >= ENOUGH_MBIT) return { ok: true, text };
  return { ok: false, text: `${text} ${tr("Slow, but enough: say “My line is slow” in the room; your recording stays at full quality.")}` };
}

/** @returns {Promise<Row>} */
async function awake() {
  try {
    await (await navigator.wakeLock.request("screen")).release();
    return { ok: true, text: tr("Your computer stays awake while you play.") };
  } catch {
    return { ok: false, text: tr("Your browser cannot keep this computer awake. Plug it in, and turn sleep off for an hour.") };
  }
}

/** @param {Row[]} rows */
async function kept(rows) {
  const answer = await fetch("/performer/room-check/found", {
    method: "POST",
    body: JSON.stringify({ rows }),
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
  });
  const wrong = rows.filter(({ ok }) => !ok).length;
  if (!answer.ok) return tr("Checked, but the studio could not keep the result.");
  return wrong ? tr("Checked and kept. {wrong} of {all} could be better.", { wrong, all: rows.length }) : tr("Checked and kept. All is well.");
}

async function take() {
  if (!devices) return;
  const button = /** @type {HTMLButtonElement} */ (part("take"));
  const played = /** @type {HTMLVideoElement} */ (part("played"));
  button.disabled = true;
  const recorder = new MediaRecorder(new MediaStream([devices.camera, devices.voice]));
  /** @type {Blob[]} */
  const pieces = [];
  recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
  const over = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
  recorder.start();
  for (let left = takeSeconds(); left > 0; left -= 1) {
    say("take-state", tr("Recording, {left} s left.", { left }));
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  recorder.stop();
  await over;
  URL.revokeObjectURL(played.src);
  played.src = URL.createObjectURL(new Blob(pieces, { type: recorder.mimeType }));
  played.hidden = false;
  played.focus();
  say("take-state", tr("Done. Watch it; it is in this page alone."));
  button.disabled = false;
}

function takeSeconds() {
  return Number(new URLSearchParams(location.search).get("seconds")) || TAKE_S;
}

part("begin").addEventListener("click", () => void check());
part("take").addEventListener("click", () => void take());
