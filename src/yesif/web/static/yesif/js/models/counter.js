// @ts-check
// The minutes that are counted, second by second: the server's figure, and what has passed since it said so.

import { minutes } from "../lib/minutes.js";
import { tr } from "../lib/words.js";

export class Counter {
  #ms = 0;
  #heardAt = 0;
  #goesOn = false;
  #words = "";
  #show;
  #now;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /**
   * @param {(words: string) => void} show
   * @param {() => number} [now] milliseconds that never step back
   */
  constructor(show, now = () => performance.now()) {
    this.#show = show;
    this.#now = now;
  }

  /** What the server counted up to now; it goes on counting, or says why not. @param {{ words: string, ms?: number, goes_on?: boolean }} said */
  hear({ words, ms, goes_on }) {
    this.#words = words;
    this.#ms = ms ?? 0;
    this.#goesOn = Boolean(goes_on) && ms !== undefined;
    this.#heardAt = this.#now();
    this.#timer ??= setInterval(() => this.tick(), 1000);
    this.tick();
  }

  /** Show the figure of this second. */
  tick() {
    const passed = this.#goesOn ? this.#now() - this.#heardAt : 0;
    const time = minutes(this.#ms + passed);
    this.#show(this.#goesOn ? tr("{time} counted, paid", { time }) : tr("{words}, paid", { words: this.#words }));
  }

  /** The line is down, or the room is left: the last figure stands until the server says another. */
  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
