// @ts-check
// The takes of this visit: one recorder each, begun at the countdown, ended at the cut, watched until they are safe.

import { csrfToken } from "../lib/csrf.js";
import { TakeRecorder } from "./recorder.js";
import { tr } from "../lib/words.js";

/**
 * @typedef {object} Kept
 * @property {TakeRecorder} recorder
 * @property {Promise<void>} started
 * @property {MediaStreamTrack | null} heard
 * @property {boolean} rolls until the cut
 * @property {Map<string, {bytes: number, sent: number}>} tracks
 * @property {boolean} safe
 */

/** Events: `saving` {recorded, sent, safe, takes} · `fault` {sentence}. */
export class Takes extends EventTarget {
  #clock;
  /** @type {Map<string, Kept>} */
  #kept = new Map();

  /** @param {import("./clock.js").StudioClock} clock */
  constructor(clock) {
    super();
    this.#clock = clock;
  }

  /**
   * Record this take, once, however often the room says that it rolls.
   * @param {{take: string, performance: string}} rolling
   * @param {bigint} actionNs studio time of "action"
   * @param {{camera: MediaStreamTrack | null, voice: MediaStreamTrack | null, heard: MediaStreamTrack | null}} tracks
   */
  async begin({ take, performance }, actionNs, tracks) {
    if (this.#kept.has(take)) return;
    this.#clock.rewind();
    const forced = new URLSearchParams(location.search).get("tier");
    const recorder = new TakeRecorder({
      take,
      performance,
      tracks,
      actionClientUs: this.#clock.known ? this.#clock.clientUs(actionNs) : null,
      pings: () => this.#clock.fresh(),
      csrf: csrfToken(),
      ...(forced === "A" || forced === "B" ? { tier: forced } : {}),
    });
    /** @type {Kept} */
    const kept = { recorder, started: Promise.resolve(), heard: tracks.heard, rolls: true, tracks: new Map(), safe: false };
    this.#kept.set(take, kept);
    this.#follow(kept);
    kept.started = recorder.start();
    try {
      await kept.started;
    } catch (error) {
      this.#kept.delete(take);
      this.#fault(error instanceof Error ? error.message : tr("Recording could not begin."));
    }
  }

  /** The partner's sound came back on a new track: what is heard goes on in the same log. @param {MediaStreamTrack} media */
  async hear(media) {
    for (const kept of this.#kept.values()) {
      if (!kept.rolls || kept.heard === media) continue;
      kept.heard = media;
      await kept.started.catch(() => {});
      await kept.recorder.replace("heard", media);
    }
  }

  /** The scene was cut. @param {string} take @param {bigint} cutNs studio time @param {boolean} played false: called off */
  async end(take, cutNs, played) {
    const kept = this.#kept.get(take);
    if (!kept) return;
    kept.rolls = false;
    await kept.started.catch(() => {});
    if (played) await kept.recorder.stop(this.#clock.clientUs(cutNs));
    else {
      this.#kept.delete(take); // nothing of a take that was called off is kept, here or at the studio
      await kept.recorder.discard().catch(() => {}); // out of reach now: the home page offers to delete it
    }
    this.#say();
  }

  /** @param {Kept} kept */
  #follow(kept) {
    /** @param {string} name @param {(detail: any) => void} what */
    const on = (name, what) => kept.recorder.addEventListener(name, (event) => {
      what(/** @type {CustomEvent} */ (event).detail);
      this.#say();
    });
    on("progress", ({ kind, bytes, sent }) => kept.tracks.set(kind, { bytes, sent }));
    on("fault", ({ sentence }) => this.#fault(tr(sentence))); // a worker speaks English
    on("kept", () => this.#fault(tr("This take cannot be sent; it stays on this computer, and your home page offers it.")));
    on("safe", () => (kept.safe = true));
  }

  #say() {
    const all = [...this.#kept.values()];
    const tracks = all.flatMap(({ tracks }) => [...tracks.values()]);
    const detail = {
      recorded: tracks.reduce((sum, { bytes }) => sum + bytes, 0),
      sent: tracks.reduce((sum, { sent }) => sum + sent, 0),
      safe: all.filter(({ safe }) => safe).length,
      takes: all.length,
    };
    document.body.dataset.safe = String(detail.takes > 0 && detail.safe === detail.takes);
    this.dispatchEvent(new CustomEvent("saving", { detail }));
  }

  /** @param {string} sentence */
  #fault(sentence) {
    this.dispatchEvent(new CustomEvent("fault", { detail: { sentence } }));
  }
}
