// @ts-check
// The studio's time, as this browser knows it: from pings over the socket, all of them kept for the take's log.

import { clientUs } from "../lib/client-time.js";
import { bestOffset } from "../lib/clock-fit.js";

/** @typedef {import("../lib/clock-fit.js").Ping} Ping */

const FAST = 25;
const FAST_MS = 80;
const SLOW_MS = 500; // small messages; the fit keeps the fastest, and a loaded machine has few fast ones
const KEPT = 7200; // an hour

export class StudioClock {
  /** @type {Ping[]} newest last */
  #pings = [];
  /** @type {Ping[]} pings over the data channel: for the log only */
  #others = [];
  /** @type {Set<Ping>} */
  #given = new Set();
  #timer = 0;
  #sent = 0;
  /** @type {{offsetUs: number, boundUs: number} | null} */
  #best = null;

  /** Ping now, often at first, then twice a second, by calling `send` with our time. @param {(t0: number) => void} send */
  start(send) {
    this.stop();
    this.#sent = 0;
    const next = () => {
      send(clientUs());
      this.#sent += 1;
      this.#timer = window.setTimeout(next, this.#sent < FAST ? FAST_MS : SLOW_MS);
    };
    next();
  }

  stop() {
    clearTimeout(this.#timer);
  }

  /** A ping came back over the socket. @param {number} t0 @param {string} t1 @param {string} t2 @param {number} t3 */
  add(t0, t1, t2, t3) {
    this.#pings.push(["ws", t0, t1, t2, t3]);
    if (this.#pings.length > KEPT) this.#given.delete(/** @type {Ping} */ (this.#pings.shift()));
    this.#best = bestOffset(this.#pings.slice(-150));
  }

  /** A ping came back over the data channel. @param {Ping} ping */
  addOther(ping) {
    this.#others.push(ping);
    if (this.#others.length > KEPT) this.#given.delete(/** @type {Ping} */ (this.#others.shift()));
  }

  /** A new take begins: all pings so far belong into its log as well. */
  rewind() {
    this.#given.clear();
  }

  /** The pings not yet given to a log. @returns {Ping[]} */
  fresh() {
    const fresh = [...this.#pings, ...this.#others].filter((ping) => !this.#given.has(ping));
    for (const ping of fresh) this.#given.add(ping);
    return fresh;
  }

  get known() {
    return this.#best !== null;
  }

  /** Client time (µs) of a moment of studio time (ns). @param {bigint} studioNs */
  clientUs(studioNs) {
    return Math.round(Number(studioNs - BigInt(Math.round(this.#offset() * 1000))) / 1000);
  }

  /** Studio time (ns) of a moment of client time (µs). @param {number} us */
  studioNs(us = clientUs()) {
    return BigInt(us) * 1000n + BigInt(Math.round(this.#offset() * 1000));
  }

  #offset() {
    return this.#best?.offsetUs ?? 0;
  }
}
