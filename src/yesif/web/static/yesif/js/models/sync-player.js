// @ts-check
// Two videos as one: the first leads, the second is kept within a frame of it.

import { correction } from "../lib/in-step.js";

/**
 * Fires "change" (playing, paused, ended) and "time". Knows no page: give it anything that behaves like a video.
 */
export class SyncPlayer extends EventTarget {
  /** @type {HTMLMediaElement} */ #leader;
  /** @type {HTMLMediaElement | null} */ #follower;
  #frame;
  #wanted = false; // does the person want it to play? Either video may still be waiting for bytes
  #tick = 0;

  /**
   * @param {HTMLMediaElement} leader
   * @param {HTMLMediaElement | null} follower
   * @param {number} frame  seconds a frame lasts
   */
  constructor(leader, follower, frame) {
    super();
    this.#leader = leader;
    this.#follower = follower;
    this.#frame = frame;
    for (const video of this.#videos) {
      video.addEventListener("waiting", () => this.#hold(video));
      video.addEventListener("canplay", () => this.#goOn());
    }
    leader.addEventListener("ended", () => this.pause());
    leader.addEventListener("timeupdate", () => this.#say("time"));
    leader.addEventListener("seeked", () => this.#say("time"));
  }

  get playing() {
    return this.#wanted;
  }

  get time() {
    return this.#leader.currentTime;
  }

  get length() {
    return Number.isFinite(this.#leader.duration) ? this.#leader.duration : 0;
  }

  /** Seconds the follower is behind (+) or ahead (−). */
  get behind() {
    return this.#follower ? this.#leader.currentTime - this.#follower.currentTime : 0;
  }

  async play() {
    this.#wanted = true;
    if (this.#leader.ended) this.seek(0);
    if (this.#follower) this.#follower.currentTime = this.#leader.currentTime;
    this.#say("change");
    await this.#goOn();
  }

  pause() {
    this.#wanted = false;
    for (const video of this.#videos) video.pause();
    cancelAnimationFrame(this.#tick);
    if (this.#follower) this.#follower.currentTime = this.#leader.currentTime; // stills show the same moment
    this.#say("change");
  }

  toggle() {
    return this.#wanted ? this.pause() : this.play();
  }

  /** @param {number} seconds */
  seek(seconds) {
    const there = Math.max(0, Math.min(seconds, this.length || seconds));
    for (const video of this.#videos) video.currentTime = Math.min(there, video.duration || there);
    this.#say("time");
  }

  /** @param {number} seconds */
  move(seconds) {
    this.seek(this.time + seconds);
  }

  /** One frame on (+1) or back (−1), and stop there. @param {number} frames */
  step(frames) {
    this.pause();
    this.move(frames * this.#frame);
  }

  get #videos() {
    return this.#follower ? [this.#leader, this.#follower] : [this.#leader];
  }

  /** One ran out of bytes: the other waits too, or a listener hears an answer before its question. @param {HTMLMediaElement} stuck */
  #hold(stuck) {
    if (!this.#wanted) return;
    for (const video of this.#videos) if (video !== stuck) video.pause();
  }

  async #goOn() {
    if (!this.#wanted || this.#videos.some((video) => video.readyState < 3)) return;
    try {
      await Promise.all(this.#videos.filter((video) => video.paused).map((video) => video.play()));
    } catch (error) {
      // The browser wants a press first, or a seek came in between: the person presses play again.
      if (error instanceof DOMException && error.name === "NotAllowedError") this.pause();
    }
    cancelAnimationFrame(this.#tick);
    this.#keepInStep();
  }

  #keepInStep() {
    if (!this.#wanted) return;
    if (this.#follower && !this.#follower.seeking && !this.#leader.seeking) {
      const leader = this.#leader;
      const what = correction(leader.currentTime, this.#follower.currentTime, leader.playbackRate, this.#frame);
      if (what.kind === "jump") this.#follower.currentTime = Math.min(what.to, this.#follower.duration || what.to);
      this.#follower.playbackRate = what.kind === "rate" ? what.rate : leader.playbackRate;
    }
    this.#say("time");
    this.#tick = requestAnimationFrame(() => this.#keepInStep());
  }

  /** @param {string} what */
  #say(what) {
    this.dispatchEvent(new Event(what));
  }
}
