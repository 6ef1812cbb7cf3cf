// @ts-check
// Records one performer's part in one take: voice, camera and what was heard, on this computer first, at full quality,
// while it is sent to the studio. What is on the disk survives this tab, this browser, and the network.

import { clientUs } from "../lib/client-time.js";
import { tap, tierHere } from "./sources.js";
import { throwAway } from "./rescue.js";
import { forget, keep, lockName } from "./take-shelf.js";
import { Track } from "./track.js";
import { tr } from "../lib/words.js";

const AFTER_CUT_US = 500_000;
const PINGS_EVERY_MS = 1000;
const EXPECTED_BYTES = 400_000_000; // ten minutes of voice, camera and heard
const ROOM_FACTOR = 3;

/**
 * Events: `progress` {kind, bytes, sent} · `lost` {kind, frames or samples, why} · `fault` {kind, sentence, passing} ·
 * `stopped` {ledgers by kind} · `kept` {kind}: it cannot be sent and stays on this computer · `safe` {tracks: SHA-256 by
 * kind}: the studio has every byte, and the page may be closed.
 */
export class TakeRecorder extends EventTarget {
  #take;
  #performance;
  #media;
  #actionUs;
  #pings;
  #csrf;
  #tier;
  /** @type {{track: Track, end: import("./sources.js").End, quit: AbortController}[]} */
  #lines = [];
  #timer = 0;
  #letGo = () => {};
  #quit = new AbortController();
  /** @type {WakeLockSentinel | null} */
  #awake = null;
  /** @type {Promise<void> | null} */
  #stopping = null;

  /**
   * @param {object} options
   * @param {string} options.take id
   * @param {string} options.performance id
   * @param {{camera?: MediaStreamTrack | null, voice?: MediaStreamTrack | null, heard?: MediaStreamTrack | null}} options.tracks
   *   camera and voice: this performer's own, voice unprocessed; heard: the partner's sound as received
   * @param {number | null} [options.actionClientUs] client time of "action"; may come later, by `action`
   * @param {() => unknown[]} [options.pings] the pings since it was last asked
   * @param {string} options.csrf
   * @param {"A" | "B"} [options.tier] for tests; else what this browser can do
   */
  constructor({ take, performance, tracks, actionClientUs = null, pings = () => [], csrf, tier = tierHere() }) {
    super();
    this.#take = take;
    this.#performance = performance;
    this.#media = tracks;
    this.#actionUs = actionClientUs;
    this.#pings = pings;
    this.#csrf = csrf;
    this.#tier = tier;
  }

  /**
   * Begin to record. Of a take this browser already has logs of (a reload in mid-take), these go on.
   * @throws {Error} in words: another tab records this take, or no log can be opened
   */
  async start() {
    await this.#hold();
    try {
      await this.#checkRoom();
      const entry = await keep(this.#take, this.#performance);
      const kinds = Object.entries(this.#media).filter(([, media]) => media?.readyState === "live");
      await Promise.all(kinds.map(([kind, media]) => this.#begin(kind, /** @type {MediaStreamTrack} */ (media), entry)));
    } catch (error) {
      await this.#give();
      throw error;
    }
    this.#timer = window.setInterval(() => this.#passPings(), PINGS_EVERY_MS);
    this.#watchPage();
    this.#awake = (await navigator.wakeLock?.request("screen").catch(() => null)) ?? null; // refused on low battery
  }

  /** "Action" was set, or moved. @param {number} clientTimeUs */
  action(clientTimeUs) {
    this.#actionUs = clientTimeUs;
    for (const { track } of this.#lines) track.tell({ action: clientTimeUs });
  }

  /**
   * Record until half a second after the cut, then end the logs. Sending goes on; `safe` says when it is done.
   * @param {number} cutClientUs client time of "cut"
   */
  stop(cutClientUs = clientUs()) {
    this.#stopping ??= this.#stop(cutClientUs);
    return this.#stopping;
  }

  /**
   * Another device, or the partner's sound after a new connection: goes on in the same log.
   * @param {"camera" | "voice" | "heard"} kind
   * @param {MediaStreamTrack} media
   */
  async replace(kind, media) {
    if (this.#stopping) return;
    const line = this.#lines.find(({ track }) => track.kind === kind);
    if (!line) return this.#begin(kind, media, await keep(this.#take, this.#performance));
    line.quit.abort();
    await line.end();
    line.track.tell({ note: { what: "device-changed" } });
    line.end = await tap(media, line.track, this.#tier);
    line.quit = this.#watchMedia(line.track, media);
  }

  /** The take was called off: stop at once, and keep nothing of it, here or at the studio. */
  async discard() {
    this.#stopping = Promise.resolve();
    await Promise.all(this.#lines.map(({ end }) => end()));
    for (const { track } of this.#lines) track.end();
    await this.#awake?.release();
    try {
      await throwAway(this.#take, this.#csrf);
    } finally {
      await this.#give();
    }
  }

  /** Leave the line to the call: send at most so many bytes a second and track; 0 is as fast as it goes. @param {number} bytesPerSecond */
  throttle(bytesPerSecond) {
    for (const { track } of this.#lines) track.tell({ throttle: bytesPerSecond });
  }

  /** Bytes recorded and not yet at the studio. */
  get behind() {
    return this.#lines.reduce((sum, { track }) => sum + track.bytes - track.sent, 0);
  }

  /** @param {string} kind @param {MediaStreamTrack} media @param {import("./take-shelf.js").Entry} entry */
  async #begin(kind, media, entry) {
    const track = new Track(kind);
    for (const name of ["progress", "lost", "fault", "kept"]) {
      track.addEventListener(name, (event) => this.#say(name, /** @type {CustomEvent} */ (event).detail));
    }
    track.addEventListener("safe", () => this.#oneIsSafe());
    const { take, keys, uploads } = entry;
    await track.open({
      take, keys, address: uploads[kind], performance: this.#performance, tier: this.#tier, csrf: this.#csrf,
      actionUs: this.#actionUs, browser: browserName(),
    });
    this.#lines.push({ track, end: await tap(media, track, this.#tier), quit: this.#watchMedia(track, media) });
  }

  /** @param {number} cutClientUs */
  async #stop(cutClientUs) {
    const rest = (cutClientUs + AFTER_CUT_US - clientUs()) / 1000;
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
    clearInterval(this.#timer);
    this.#passPings();
    /** @type {Record<string, unknown>} */
    const ledgers = {};
    await Promise.all(this.#lines.map(async ({ track, end }) => {
      await end();
      ledgers[track.kind] = await track.stop();
    }));
    await this.#awake?.release();
    this.#say("stopped", { ledgers });
  }

  async #oneIsSafe() {
    if (this.#lines.some(({ track }) => track.sha256 === null)) return;
    for (const { track } of this.#lines) track.end();
    await forget(this.#take);
    await this.#give();
    this.#say("safe", { tracks: Object.fromEntries(this.#lines.map(({ track }) => [track.kind, track.sha256])) });
  }

  /** One tab writes a take: hold its lock until all is safe, or this page goes. */
  async #hold() {
    await new Promise((resolve, reject) => {
      navigator.locks.request(lockName(this.#take), { ifAvailable: true }, (lock) => {
        if (!lock) return void reject(new Error(tr("Another tab of this browser is recording this take.")));
        return new Promise((release) => {
          this.#letGo = () => release(undefined);
          resolve(undefined);
        });
      });
    });
  }

  async #give() {
    this.#quit.abort();
    clearInterval(this.#timer);
    this.#letGo();
  }

  async #checkRoom() {
    await navigator.storage.persist?.();
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    const free = quota - usage;
    if (free >= ROOM_FACTOR * EXPECTED_BYTES) return;
    const minutes = Math.floor(free / (EXPECTED_BYTES / 10));
    const sentence = tr("This browser has {size} MB left: a take of about {minutes} minutes.", { size: Math.round(free / 1e6), minutes });
    this.#say("fault", { kind: "disk", sentence, passing: true });
  }

  #passPings() {
    const pings = this.#pings();
    if (pings.length > 0) this.#lines.find(({ track }) => track.kind === "voice")?.track.tell({ pings });
  }

  #watchPage() {
    const options = { signal: this.#quit.signal };
    const note = (/** @type {Record<string, unknown>} */ what) => this.#lines.forEach(({ track }) => track.tell({ note: what }));
    document.addEventListener("visibilitychange", () => note({ what: document.visibilityState }), options);
    navigator.mediaDevices.addEventListener("devicechange", () => note({ what: "device-changed" }), options);
    window.addEventListener("online", () => this.#lines.forEach(({ track }) => track.tell({ online: true })), options);
    window.addEventListener("beforeunload", (event) => event.preventDefault(), options);
  }

  /** @param {Track} track @param {MediaStreamTrack} media @returns {AbortController} ends the watch */
  #watchMedia(track, media) {
    const quit = new AbortController();
    const options = { signal: AbortSignal.any([this.#quit.signal, quit.signal]) };
    media.addEventListener("mute", () => track.tell({ note: { what: "muted" } }), options);
    media.addEventListener("unmute", () => track.tell({ note: { what: "unmuted" } }), options);
    media.addEventListener("ended", () => {
      track.tell({ note: { what: "device-ended" } });
      if (track.kind === "heard") return; // the partner left; that is no fault of this computer
      const sentence = track.kind === "camera" ? tr("The camera was taken away.") : tr("The microphone was taken away.");
      this.#say("fault", { kind: track.kind, sentence, passing: false });
    }, options);
    return quit;
  }

  /** @param {string} name @param {Record<string, unknown>} detail */
  #say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** @returns {string} such as "Chromium 156" */
export function browserName() {
  const found = navigator.userAgent.match(/(Firefox|Edg|Chrome|Version)\/(\d+)/);
  const names = { Edg: "Edge", Chrome: "Chromium", Version: "Safari" };
  return found ? `${/** @type {any} */ (names)[found[1]] ?? found[1]} ${found[2]}` : "unknown";
}
