// @ts-check
// <yesif-player>: one set of controls and keys over one or two videos. Without this script each video has its own.

import { clockText } from "../lib/in-step.js";
import { SyncPlayer } from "../models/sync-player.js";

class PlayerElement extends HTMLElement {
  /** @type {SyncPlayer | undefined} */ player;

  connectedCallback() {
    const [own, partner] = this.querySelectorAll("video");
    if (!own || this.player) return;
    this.player = new SyncPlayer(own, partner ?? null, Number(this.dataset.frame) || 1 / 30);
    for (const video of [own, partner]) if (video) video.controls = false;
    this.#part(".controls").hidden = false;
    this.player.addEventListener("time", () => this.#showTime());
    this.player.addEventListener("change", () => this.#showState());
    this.addEventListener("click", (event) => this.#press(event));
    this.addEventListener("keydown", (event) => this.#key(event));
    this.#scrub.addEventListener("input", () => this.player?.seek(Number(this.#scrub.value)));
    for (const box of this.querySelectorAll("input[data-hear]")) box.addEventListener("change", () => this.#hear());
    this.#showTime();
  }

  /** @param {MouseEvent} event */
  #press(event) {
    const pressed = event.target instanceof Element ? event.target.closest("[data-do], video") : null;
    if (!pressed || !this.player) return;
    const what = pressed instanceof HTMLElement ? (pressed.dataset.do ?? "toggle") : "toggle";
    if (what === "toggle") void this.player.toggle();
    if (what === "back") this.player.move(-5);
    if (what === "on") this.player.move(5);
  }

  /** Keys work only while focus is inside, so no single letter can surprise elsewhere (WCAG 2.1.4). @param {KeyboardEvent} event */
  #key(event) {
    if (!this.player || event.ctrlKey || event.metaKey || event.altKey) return;
    const onControl = event.target instanceof HTMLButtonElement || event.target instanceof HTMLInputElement;
    const player = this.player;
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => player.move(-5),
      ArrowRight: () => player.move(5),
      ",": () => player.step(-1),
      ".": () => player.step(1),
      "[": () => this.#mark("start"),
      "]": () => this.#mark("end"),
    };
    if (!onControl) keys[" "] = () => void player.toggle();
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** @param {"start" | "end"} which */
  #mark(which) {
    this.dispatchEvent(new CustomEvent("mark", { bubbles: true, detail: { which, at: this.player?.time ?? 0 } }));
  }

  #hear() {
    const [own, partner] = this.querySelectorAll("video");
    for (const box of this.querySelectorAll("input[data-hear]")) {
      const video = box.getAttribute("data-hear") === "own" ? own : partner;
      if (video && box instanceof HTMLInputElement) video.muted = !box.checked;
    }
  }

  #showTime() {
    const time = this.player?.time ?? 0;
    this.#scrub.value = String(time);
    this.#scrub.setAttribute("aria-valuetext", `${time.toFixed(1)} seconds`);
    this.#part("output").textContent = clockText(time);
    this.dispatchEvent(new CustomEvent("at", { bubbles: true, detail: time }));
  }

  #showState() {
    const playing = Boolean(this.player?.playing);
    this.#part("[data-when=paused]").hidden = playing;
    this.#part("[data-when=playing]").hidden = !playing;
  }

  get #scrub() {
    return /** @type {HTMLInputElement} */ (this.#part("input[type=range]"));
  }

  /** @param {string} selector @returns {HTMLElement} */
  #part(selector) {
    return /** @type {HTMLElement} */ (this.querySelector(selector));
  }
}

customElements.define("yesif-player", PlayerElement);
