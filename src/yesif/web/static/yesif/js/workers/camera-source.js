// @ts-check
// The camera: raw frames in, encoded chunks out, every frame counted; an encoder that dies is replaced in a second.

import { clientUs } from "../lib/client-time.js";
import { base64 } from "../lib/chain.js";
import { KEY_FRAME, TYPE } from "../models/take-log.js";
import { FrameLosses } from "./frame-losses.js";
import { chosenConfig } from "./video-codecs.js";
import { tr } from "../lib/words.js";

const KEY_FRAME_EVERY_US = 1_000_000;
const LONGEST_QUEUE = 8; // frames in the encoder; beyond, frames are dropped and listed
const STALL_US = 900_000;
const SLOW_START_US = 4_000_000; // a first encoder on a busy machine takes its time

export class CameraSource {
  #log;
  #header;
  #tell;
  #losses;
  #actionUs;
  /** @type {VideoEncoder | null} */
  #encoder = null;
  /** @type {VideoEncoderConfig | null} */
  #config = null;
  #codec = "";
  #lastKeyUs = 0;
  #lastInUs = 0;
  #lastOutUs = 0;
  #description = "";
  /** @type {Map<number, number>} arrival by frame timestamp, of frames in the encoder */
  #arrivals = new Map();
  #ledger = { frames_in: 0, frames_encoded: 0, frames_written: 0, frames_dropped: 0, restarts: 0 };

  /**
   * @param {object} options
   * @param {import("./log-file.js").LogFile} options.log
   * @param {(more: Record<string, unknown>) => void} options.header
   * @param {(message: Record<string, unknown>) => void} options.tell
   * @param {number | null} options.actionUs client time of "action", where it is known
   */
  constructor({ log, header, tell, actionUs }) {
    this.#log = log;
    this.#header = header;
    this.#tell = tell;
    this.#actionUs = actionUs;
    this.#losses = new FrameLosses(log, tell);
  }

  /** @param {number} actionUs */
  action(actionUs) {
    this.#actionUs = actionUs;
  }

  /** @param {ReadableStreamDefaultReader<VideoFrame>} reader cancel it to end */
  async run(reader) {
    for (;;) {
      const { done, value: frame } = await reader.read();
      const arrivalUs = clientUs();
      if (done) return;
      try {
        await this.#take(frame, arrivalUs);
      } finally {
        frame.close(); // an unclosed frame stops the camera after a dozen
      }
    }
  }

  /** Called four times a second: replaces an encoder the browser reclaimed, or that went silent. */
  watch() {
    if (!this.#config || !this.#encoder) return;
    const now = clientUs();
    const patience = this.#lastOutUs === 0 ? SLOW_START_US : STALL_US;
    const oldest = this.#arrivals.values().next().value ?? now;
    const waiting = now - oldest > patience;
    if (this.#encoder.state === "closed" || waiting) this.#restart(now, waiting ? "stalled" : "closed");
    if (this.#lastInUs > 0 && now - this.#lastInUs > 2_000_000) {
      this.#lastInUs = 0;
      this.#log.note("gap", { since_us: now - 2_000_000 }, now);
      this.#tell({ fault: tr("The camera has given no picture for 2 seconds. Is it still plugged in?") });
    }
    this.#losses.write(now);
  }

  async finish() {
    if (!this.#codec) this.#header({ codec: "h264" });
    if (this.#encoder?.state === "configured") await this.#encoder.flush().catch(() => undefined); // closed meanwhile
    if (this.#arrivals.size > 0) this.#dropAll("encoder ended");
    this.#losses.write(clientUs());
    return { ...this.#ledger, frames_missed: this.#losses.missed };
  }

  /** @param {VideoFrame} frame @param {number} arrivalUs */
  async #take(frame, arrivalUs) {
    this.#ledger.frames_in += 1;
    this.#lastInUs = arrivalUs;
    this.#losses.saw(frame.timestamp);
    if (!this.#config) await this.#begin(frame);
    const encoder = /** @type {VideoEncoder} */ (this.#encoder);
    if (encoder.state !== "configured" || encoder.encodeQueueSize >= LONGEST_QUEUE) {
      this.#ledger.frames_dropped += 1;
      this.#losses.dropped(frame.timestamp, encoder.state === "configured" ? "encoder behind" : "encoder gone");
      return;
    }
    this.#arrivals.set(frame.timestamp, arrivalUs);
    encoder.encode(frame, { keyFrame: this.#isKey(arrivalUs) });
  }

  /** @param {number} arrivalUs */
  #isKey(arrivalUs) {
    const action = this.#actionUs !== null && arrivalUs >= this.#actionUs;
    if (action) this.#actionUs = null;
    if (!action && this.#lastKeyUs > 0 && arrivalUs - this.#lastKeyUs < KEY_FRAME_EVERY_US) return false;
    this.#lastKeyUs = arrivalUs;
    return true;
  }

  /** @param {VideoFrame} frame */
  async #begin(frame) {
    const [width, height] = [frame.displayWidth & ~1, frame.displayHeight & ~1]; // H.264 has even sizes only
    const { codec, config } = await chosenConfig(width, height);
    this.#codec = codec;
    this.#config = config;
    this.#header({ codec, width, height, encoder: { codec: config.codec, hardware: config.hardwareAcceleration } });
    this.#encoder = this.#newEncoder(config);
  }

  /** @param {VideoEncoderConfig} config */
  #newEncoder(config) {
    const encoder = new VideoEncoder({
      output: (chunk, metadata) => this.#chunk(chunk, metadata),
      error: () => undefined, // its state is "closed" now; `watch` replaces it
    });
    encoder.configure(config);
    return encoder;
  }

  /** @param {number} now @param {string} why */
  #restart(now, why) {
    if (this.#encoder?.state !== "closed") this.#encoder?.close();
    this.#dropAll(why);
    this.#ledger.restarts += 1;
    this.#lastKeyUs = 0;
    this.#lastOutUs = now;
    this.#description = "";
    // A hardware encoder that was taken away is not asked again.
    this.#config = { .../** @type {VideoEncoderConfig} */ (this.#config), hardwareAcceleration: "no-preference" };
    this.#encoder = this.#newEncoder(this.#config);
    this.#log.note("encoder-restarted", { why }, now);
  }

  /** @param {string} why */
  #dropAll(why) {
    for (const timestamp of this.#arrivals.keys()) this.#losses.dropped(timestamp, `encoder ${why}`);
    this.#ledger.frames_dropped += this.#arrivals.size;
    this.#arrivals.clear();
  }

  /** @param {EncodedVideoChunk} chunk @param {EncodedVideoChunkMetadata | undefined} metadata */
  #chunk(chunk, metadata) {
    this.#ledger.frames_encoded += 1;
    this.#lastOutUs = clientUs();
    if (metadata?.decoderConfig) this.#describe(metadata.decoderConfig);
    const bytes = new Uint8Array(chunk.byteLength);
    chunk.copyTo(bytes);
    const arrivalUs = this.#arrivals.get(chunk.timestamp) ?? 0;
    this.#arrivals.delete(chunk.timestamp);
    const flags = chunk.type === "key" ? KEY_FRAME : 0;
    this.#log.append(TYPE.video, bytes, { timestampUs: chunk.timestamp, arrivalUs, flags });
    this.#ledger.frames_written += 1;
  }

  /** @param {VideoDecoderConfig} config */
  #describe(config) {
    const { codec, codedWidth: width, codedHeight: height, description } = config;
    const bytes = description ? bytesOf(description) : new Uint8Array();
    const said = { codec, width, height, ...(bytes.length > 0 && { description: base64(bytes) }) };
    if (JSON.stringify(said) === this.#description) return;
    this.#description = JSON.stringify(said);
    this.#log.say(TYPE.config, said, clientUs());
  }
}

/** @param {AllowSharedBufferSource} source @returns {Uint8Array} */
function bytesOf(source) {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}
