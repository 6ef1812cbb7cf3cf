// @ts-check
// Every picture that is not in the log, listed: those the camera path never gave, and those we had to drop.

/** Recent frame intervals the expected one is the median of: a camera in the dark slows down without losing anything. */
const MEMORY = 30;

export class FrameLosses {
  #log;
  #tell;
  /** @type {number[]} µs */
  #intervals = [];
  #lastUs = -1;
  /** @type {{why: string, timestamp_us: number, frames: number}[]} */
  #unwritten = [];
  /** Frames the camera path skipped, by the holes in its timestamps. */
  missed = 0;

  /**
   * @param {import("./log-file.js").LogFile} log
   * @param {(message: Record<string, unknown>) => void} tell
   */
  constructor(log, tell) {
    this.#log = log;
    this.#tell = tell;
  }

  /** A frame came in. @param {number} timestampUs */
  saw(timestampUs) {
    const interval = timestampUs - this.#lastUs;
    const known = this.#lastUs >= 0;
    this.#lastUs = timestampUs;
    if (!known || interval <= 0) return;
    const usual = this.#usual();
    if (usual > 0 && interval > 1.6 * usual) {
      const frames = Math.round(interval / usual) - 1;
      this.missed += frames;
      this.#unwritten.push({ why: "camera", timestamp_us: timestampUs - interval, frames });
    }
    this.#intervals.push(interval);
    if (this.#intervals.length > MEMORY) this.#intervals.shift();
  }

  /** A frame came in and was not encoded. @param {number} timestampUs @param {string} why */
  dropped(timestampUs, why) {
    this.#unwritten.push({ why, timestamp_us: timestampUs, frames: 1 });
  }

  /** Write what is not yet in the log. @param {number} nowUs */
  write(nowUs) {
    if (this.#unwritten.length === 0) return;
    const frames = this.#unwritten.reduce((sum, one) => sum + one.frames, 0);
    this.#log.note("lost-frames", { frames, losses: this.#unwritten }, nowUs);
    this.#tell({ lost: { frames, why: this.#unwritten[0].why } });
    this.#unwritten = [];
  }

  #usual() {
    if (this.#intervals.length < 5) return 0;
    return [...this.#intervals].sort((a, b) => a - b)[this.#intervals.length >> 1];
  }
}
