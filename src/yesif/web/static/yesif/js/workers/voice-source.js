// @ts-check
// The voice: every sample the microphone gives, as 16-bit PCM, at the device's own rate. The count is the clock.

import { clientUs } from "../lib/client-time.js";
import { littleEndian } from "../lib/pcm.js";
import { TYPE } from "../models/take-log.js";
import { GapWatch } from "./gap-watch.js";
import { tr } from "../lib/words.js";

export class VoiceSource {
  #log;
  #header;
  #tell;
  #watch = new GapWatch();
  #rate = 0;
  #ledger = { samples_in: 0, samples_written: 0, restarts: 0 };
  #lastUs = 0;
  #warned = false;

  /**
   * @param {object} options
   * @param {import("./log-file.js").LogFile} options.log
   * @param {(more: Record<string, unknown>) => void} options.header writes a header record
   * @param {(message: Record<string, unknown>) => void} options.tell the page
   */
  constructor({ log, header, tell }) {
    this.#log = log;
    this.#header = header;
    this.#tell = tell;
  }

  /** @param {AsyncGenerator<import("./sound-blocks.js").Block>} blocks */
  async run(blocks) {
    for await (const { samples, rate, timestampUs, arrivalUs } of blocks) {
      if (rate !== this.#rate) this.#header({ codec: "pcm-s16", sample_rate: (this.#rate = rate), channels: 1 });
      this.#ledger.samples_in += samples.length;
      this.#log.append(TYPE.pcm, littleEndian(samples), { timestampUs, arrivalUs });
      this.#ledger.samples_written += samples.length;
      this.#lastUs = arrivalUs;
      this.#warned = false;
      const gap = this.#watch.count(samples.length, rate, arrivalUs);
      if (gap) this.#lost(gap, arrivalUs);
    }
  }

  /** Called four times a second. */
  watch() {
    if (this.#lastUs === 0 || this.#warned || clientUs() - this.#lastUs < 2_000_000) return;
    this.#warned = true;
    this.#log.note("gap", { since_us: this.#lastUs }, clientUs());
    this.#tell({ fault: tr("The microphone has given no sound for 2 seconds. Is it still plugged in?") });
  }

  async finish() {
    if (this.#rate === 0) this.#header({ codec: "pcm-s16", sample_rate: 48000, channels: 1 });
    return this.#ledger;
  }

  /** @param {{at_sample: number, missing_us: number}} gap @param {number} nowUs */
  #lost(gap, nowUs) {
    this.#log.note("gap", gap, nowUs);
    this.#tell({ lost: { samples: Math.round((gap.missing_us / 1e6) * this.#rate), why: "the microphone skipped" } });
  }
}
