// @ts-check
// What this performer heard: the partner's voice as it came out here, Opus at 32 kbit/s. It gives the mouth-to-ear
// delay later; without it, who answered whom when is wrong by the one-way latency.

import { littleEndian } from "../lib/pcm.js";
import { TYPE } from "../models/take-log.js";
import { GapWatch } from "./gap-watch.js";
import { tr } from "../lib/words.js";

const BITS_PER_SECOND = 32_000;

export class HeardSource {
  #log;
  #header;
  #tell;
  #watch = new GapWatch();
  /** @type {AudioEncoder | null} */
  #encoder = null;
  #rate = 0;
  #fromUs = 0;
  /** @type {{endUs: number, arrivalUs: number}[]} when each stretch of samples got here */
  #arrivals = [];
  #ledger = { samples_in: 0, samples_written: 0, restarts: 0 };

  /**
   * @param {object} options
   * @param {import("./log-file.js").LogFile} options.log
   * @param {(more: Record<string, unknown>) => void} options.header
   * @param {(message: Record<string, unknown>) => void} options.tell
   */
  constructor({ log, header, tell }) {
    this.#log = log;
    this.#header = header;
    this.#tell = tell;
  }

  /** @param {AsyncGenerator<import("./sound-blocks.js").Block>} blocks */
  async run(blocks) {
    for await (const block of blocks) {
      if (block.rate !== this.#rate) this.#begin(block.rate);
      this.#ledger.samples_in += block.samples.length;
      const gap = this.#watch.count(block.samples.length, block.rate, block.arrivalUs);
      if (gap) this.#log.note("gap", gap, block.arrivalUs);
      if (this.#encoder) this.#encode(this.#encoder, block);
      else this.#write(block);
    }
  }

  watch() {
    if (this.#encoder?.state === "closed") this.#begin(this.#rate);
  }

  async finish() {
    if (this.#rate === 0) this.#header({ codec: "opus", sample_rate: 48000, channels: 1 });
    if (this.#encoder?.state === "configured") await this.#encoder.flush().catch(() => undefined); // closed meanwhile
    return this.#ledger;
  }

  /** @param {number} rate */
  #begin(rate) {
    if (this.#rate !== 0) this.#ledger.restarts += 1;
    this.#rate = rate;
    if (typeof AudioEncoder === "undefined") {
      this.#header({ codec: "pcm-s16", sample_rate: rate, channels: 1 });
      return;
    }
    this.#header({ codec: "opus", sample_rate: 48000, channels: 1, bitrate: BITS_PER_SECOND, source_rate: rate });
    this.#encoder = new AudioEncoder({
      output: (chunk) => this.#packet(chunk),
      error: () => this.#tell({ fault: tr("The sound of your partner could not be encoded for a moment.") }),
    });
    this.#encoder.configure({ codec: "opus", sampleRate: rate, numberOfChannels: 1, bitrate: BITS_PER_SECOND });
  }

  /** @param {AudioEncoder} encoder @param {import("./sound-blocks.js").Block} block */
  #encode(encoder, { samples, rate, arrivalUs }) {
    if (encoder.state !== "configured") return;
    const sound = new AudioData({
      format: "s16",
      sampleRate: rate,
      numberOfFrames: samples.length,
      numberOfChannels: 1,
      timestamp: Math.round(this.#fromUs), // from the count: the browser's own jumps
      data: /** @type {BufferSource} */ (samples),
    });
    this.#fromUs += (samples.length / rate) * 1e6;
    this.#arrivals.push({ endUs: this.#fromUs, arrivalUs });
    this.#ledger.samples_written += samples.length;
    encoder.encode(sound);
    sound.close();
  }

  /** @param {EncodedAudioChunk} chunk */
  #packet(chunk) {
    const bytes = new Uint8Array(chunk.byteLength);
    chunk.copyTo(bytes);
    const endUs = chunk.timestamp + (chunk.duration ?? 20_000);
    while (this.#arrivals.length > 1 && this.#arrivals[0].endUs < endUs) this.#arrivals.shift();
    this.#log.append(TYPE.opus, bytes, { timestampUs: chunk.timestamp, arrivalUs: this.#arrivals[0]?.arrivalUs ?? 0 });
  }

  /** @param {import("./sound-blocks.js").Block} block */
  #write({ samples, timestampUs, arrivalUs }) {
    this.#log.append(TYPE.pcm, littleEndian(samples), { timestampUs, arrivalUs });
    this.#ledger.samples_written += samples.length;
  }
}
