// @ts-check
// <yesif-timeline>: the server's drawing of a take, plus playhead, waveform, jumping by click and choosing by drag.

import { drawWave } from "../lib/wave.js";

class TimelineElement extends HTMLElement {
  #from = -1; // seconds at which a drag began; −1 while none is on

  connectedCallback() {
    const drawing = this.querySelector("svg");
    if (!drawing) return;
    drawing.addEventListener("pointerdown", (event) => this.#begin(event));
    drawing.addEventListener("pointermove", (event) => this.#drag(event));
    drawing.addEventListener("pointerup", (event) => this.#end(event));
    drawing.addEventListener("pointercancel", () => (this.#from = -1));
    if (this.dataset.peaks) void this.#wave(this.dataset.peaks);
  }

  /** Put the playhead at `seconds`. @param {number} seconds */
  at(seconds) {
    const head = this.querySelector(".playhead");
    const x = `${this.#percent(seconds)}%`;
    head?.setAttribute("x1", x);
    head?.setAttribute("x2", x);
  }

  /** Show the chosen stretch; the fields stay the truth. @param {number} start @param {number} end seconds */
  choose(start, end) {
    const box = this.querySelector(".selection");
    if (!box) return;
    box.toggleAttribute("hidden", !(end > start));
    box.setAttribute("x", `${this.#percent(start)}%`);
    box.setAttribute("width", `${Math.max(0, this.#percent(end) - this.#percent(start))}%`);
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    this.#from = this.#seconds(event);
    if (event.currentTarget instanceof Element) event.currentTarget.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    if (this.#from < 0) return;
    const [start, end] = [this.#from, this.#seconds(event)].sort((a, b) => a - b);
    if (end - start > this.#length / 400) this.choose(start, end);
  }

  /** A short press jumps there; a drag chooses a stretch. @param {PointerEvent} event */
  #end(event) {
    if (this.#from < 0) return;
    const [start, end] = [this.#from, this.#seconds(event)].sort((a, b) => a - b);
    this.#from = -1;
    const dragged = end - start > this.#length / 400;
    const detail = dragged ? { start, end } : end;
    this.dispatchEvent(new CustomEvent(dragged ? "chosen" : "jump", { bubbles: true, detail }));
  }

  get #length() {
    return Number(this.dataset.length) || 1;
  }

  /** @param {number} seconds */
  #percent(seconds) {
    return Math.max(0, Math.min(100, (100 * seconds) / this.#length));
  }

  /** @param {PointerEvent} event */
  #seconds(event) {
    const box = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * this.#length;
  }

  /** @param {string} address */
  async #wave(address) {
    const canvas = this.querySelector("canvas");
    const answer = await fetch(address);
    if (!canvas || !answer.ok) return; // the lanes say who spoke; the waveform is a comfort
    drawWave(canvas, await answer.json(), this.#length, getComputedStyle(canvas).color);
  }
}

customElements.define("yesif-timeline", TimelineElement);
