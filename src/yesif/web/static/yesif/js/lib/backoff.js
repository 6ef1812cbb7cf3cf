// @ts-check
// How long to wait before trying again: doubling, never above two seconds, over at once when there is new hope.
// A cap of eight seconds was measured to send nothing in nine seconds of being online again (research, finding 8).

export class Backoff {
  #first;
  #cap;
  #random;
  #next;
  /** @type {(() => void) | null} */
  #cutShort = null;

  /** @param {{first?: number, cap?: number, random?: () => number}} [options] milliseconds; `random` gives 0 ≤ x < 1 */
  constructor({ first = 200, cap = 2000, random = Math.random } = {}) {
    this.#first = first;
    this.#cap = cap;
    this.#random = random;
    this.#next = first;
  }

  /** The next delay in milliseconds: between half and all of 200, 400, 800 … 2000, so that many do not come at once. */
  next() {
    const most = this.#next;
    this.#next = Math.min(this.#cap, most * 2);
    return most / 2 + (most / 2) * this.#random();
  }

  /** Something worked: begin small next time. */
  reset() {
    this.#next = this.#first;
  }

  /** Wait the next delay, or `atLeast` milliseconds if that is longer; `hurry` ends it. */
  async wait(atLeast = 0) {
    const delay = Math.max(this.next(), atLeast);
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, delay);
      this.#cutShort = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
    this.#cutShort = null;
  }

  /** The network is back: stop waiting and begin small. */
  hurry() {
    this.reset();
    this.#cutShort?.();
  }
}
