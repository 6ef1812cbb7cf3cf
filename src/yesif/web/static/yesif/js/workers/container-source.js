// @ts-check
// The camera where raw frames cannot be had: the browser's own recorder's bytes, and when each frame was captured.

import { clientUs } from "../lib/client-time.js";
import { TYPE } from "../models/take-log.js";

const LONGEST_PART = 4 * 1024 * 1024;

export class ContainerSource {
  #log;
  #header;
  #began = false;
  #ledger = { frames_in: 0, frames_encoded: 0, frames_written: 0, frames_dropped: 0, restarts: 0 };
  #bytes = 0;

  /**
   * @param {object} options
   * @param {import("./log-file.js").LogFile} options.log
   * @param {(more: Record<string, unknown>) => void} options.header
   */
  constructor({ log, header }) {
    this.#log = log;
    this.#header = header;
  }

  /** @param {{codec: string, mimeType: string, width: number, height: number}} what */
  begin(what) {
    this.#began = true;
    this.#header(what);
  }

  /** @param {ArrayBuffer} buffer @param {number} timestampUs */
  bytes(buffer, timestampUs) {
    const arrivalUs = clientUs();
    for (let at = 0; at < buffer.byteLength; at += LONGEST_PART) {
      const part = new Uint8Array(buffer, at, Math.min(LONGEST_PART, buffer.byteLength - at));
      this.#log.append(TYPE.container, part, { timestampUs, arrivalUs });
    }
    this.#bytes += buffer.byteLength;
  }

  /** @param {number[][]} frames [media time µs, capture client time µs, presented frames] */
  frames(frames) {
    this.#ledger.frames_in += frames.length;
    this.#log.say(TYPE.frames, frames, clientUs());
  }

  watch() {}

  async finish() {
    if (!this.#began) this.#header({ codec: "webm" });
    return { ...this.#ledger, container_bytes: this.#bytes };
  }
}
