// @ts-check
// Notices missing sound: when samples are lost, arrivals run ahead of the sample count and stay ahead.

const WINDOW_US = 2_000_000;
const STEP_US = 20_000;

/**
 * The lower envelope of `arrival − samples/rate`, two seconds at a time: a late block is only late, a higher floor is
 * a hole. (Device clocks differ by at most some hundred µs in two seconds.)
 */
export class GapWatch {
  #rate = 0;
  #samples = 0;
  #until = 0;
  #floor = Infinity;
  /** @type {number | null} */
  #before = null;

  /**
   * Count one block.
   * @param {number} samples
   * @param {number} rate Hz
   * @param {number} arrivalUs
   * @returns {{at_sample: number, missing_us: number} | null} a hole of about so long, before that sample
   */
  count(samples, rate, arrivalUs) {
    if (rate !== this.#rate) this.#begin(rate);
    this.#samples += samples;
    const ahead = arrivalUs - (this.#samples / rate) * 1e6;
    this.#floor = Math.min(this.#floor, ahead);
    if (this.#until === 0) this.#until = arrivalUs + WINDOW_US;
    if (arrivalUs < this.#until) return null;
    const risen = this.#before === null ? 0 : this.#floor - this.#before;
    this.#before = this.#floor;
    this.#floor = Infinity;
    this.#until = arrivalUs + WINDOW_US;
    return risen > STEP_US ? { at_sample: this.#samples, missing_us: Math.round(risen) } : null;
  }

  /** @param {number} rate */
  #begin(rate) {
    this.#rate = rate;
    this.#samples = 0;
    this.#until = 0;
    this.#floor = Infinity;
    this.#before = null;
  }
}
