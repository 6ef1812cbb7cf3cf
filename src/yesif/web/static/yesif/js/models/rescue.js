// @ts-check
// Takes that this browser still holds: after a crash, a reload or a long cut. Found, sent, saved as files, or deleted.

import { entries, entryOf, forget, keep, lockName, logName, takeFolder, takesHere } from "./take-shelf.js";
import { Track } from "./track.js";
import { tr } from "../lib/words.js";

/**
 * @typedef {object} Left
 * @property {string} take id
 * @property {number | null} startedAt ms since 1970
 * @property {{kind: string, bytes: number}[]} logs
 * @property {number} bytes of all logs
 */

/** Every take left here that no tab is working on, oldest first. @returns {Promise<Left[]>} */
export async function unfinished() {
  const { held = [] } = await navigator.locks.query();
  const busy = new Set(held.map((lock) => lock.name));
  const known = new Map((await entries()).map((entry) => [entry.take, entry]));
  const left = [];
  for (const { take, logs } of await takesHere()) {
    if (busy.has(lockName(take))) continue;
    const full = logs.filter((log) => log.bytes > 0);
    if (full.length === 0) await forget(take); // everything was safe; only the folder was left
    else left.push({ take, startedAt: known.get(take)?.startedAt ?? null, logs: full, bytes: sum(full) });
  }
  return left.sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));
}

/**
 * Send what is left of a take: cut to the last whole record, signed with the take's own key.
 * @param {string} take
 * @param {{csrf: string, onprogress?: (sent: number, bytes: number) => void, ontrouble?: (sentence: string) => void}} options
 * @returns {Promise<Record<string, string>>} SHA-256 by kind, once the studio has all
 * @throws {Error} in words; what could not be sent stays here
 */
export async function resume(take, { csrf, onprogress = () => {}, ontrouble = () => {} }) {
  return alone(take, async () => {
    const left = (await takesHere()).find((one) => one.take === take);
    if (!left) throw new Error(tr("There is no such take on this computer."));
    const entry = (await entryOf(take)) ?? (await keep(take, "")); // its key is gone: sent anew, under a new one
    const tracks = left.logs.filter((log) => log.bytes > 0).map(({ kind }) => new Track(kind));
    const tell = () => onprogress(tracks.reduce((s, t) => s + t.sent, 0), sum(left.logs));
    const done = await Promise.allSettled(tracks.map((track) => sent(track, entry, csrf, tell, ontrouble)));
    for (const track of tracks) track.end();
    const refused = done.find((one) => one.status === "rejected");
    if (refused) throw /** @type {PromiseRejectedResult} */ (refused).reason;
    await forget(take);
    return Object.fromEntries(tracks.map((track) => [track.kind, String(track.sha256)]));
  });
}

/**
 * The logs as files a person can keep and bring to the studio another way.
 * @param {string} take
 * @returns {Promise<{name: string, file: File}[]>}
 */
export async function files(take) {
  const folder = await takeFolder(take);
  const left = (await takesHere()).find((one) => one.take === take);
  return Promise.all((left?.logs ?? []).map(async ({ kind }) => {
    const file = await (await folder.getFileHandle(logName(kind))).getFile();
    return { name: `${take}-${logName(kind)}`, file };
  }));
}

/**
 * Delete a take here, and what of it the studio has but was never told to be complete. Ask the person first.
 * @param {string} take
 * @param {{csrf: string}} options
 */
export async function discard(take, { csrf }) {
  await alone(take, () => throwAway(take, csrf));
}

/**
 * The same, for whoever holds the take's lock already.
 * @param {string} take
 * @param {string} csrf
 */
export async function throwAway(take, csrf) {
  const entry = await entryOf(take);
  for (const address of Object.values(entry?.uploads ?? {})) {
    const headers = { "Tus-Resumable": "1.0.0", "X-CSRFToken": csrf };
    const answer = await fetch(address, { method: "DELETE", headers }).catch(() => null);
    if (!answer) throw new Error(tr("The studio cannot be reached, so what it has of this take would stay there. Try later."));
  }
  await forget(take);
}

/** @param {Track} track @param {import("./take-shelf.js").Entry} entry @param {string} csrf @param {() => void} tell @param {(s: string) => void} trouble */
async function sent(track, entry, csrf, tell, trouble) {
  track.addEventListener("progress", tell);
  await new Promise((resolve, reject) => {
    let sentence = "";
    track.addEventListener("safe", resolve);
    track.addEventListener("kept", () => reject(new Error(sentence)));
    track.addEventListener("fault", (event) => {
      sentence = /** @type {CustomEvent} */ (event).detail.sentence;
      trouble(sentence);
    });
    const { take, keys, uploads } = entry;
    track.open({ take, keys, csrf, address: uploads[track.kind], rescue: true }).catch(reject);
  });
  tell();
}

/**
 * Do something with a take while no other tab touches it.
 * @template T
 * @param {string} take
 * @param {() => Promise<T>} what
 * @returns {Promise<T>}
 */
function alone(take, what) {
  return navigator.locks.request(lockName(take), { ifAvailable: true }, (lock) => {
    if (!lock) throw new Error(tr("Another tab of this browser is working on this take."));
    return what();
  });
}

/** @param {{bytes: number}[]} logs */
function sum(logs) {
  return logs.reduce((bytes, log) => bytes + log.bytes, 0);
}
