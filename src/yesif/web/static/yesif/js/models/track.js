// @ts-check
// The page's end of one track's worker.

import { tr } from "../lib/words.js";

/**
 * Events: `progress` {bytes, sent} · `lost` · `fault` {sentence, passing} · `stopped` {ledger} · `safe` {sha256} · `kept`
 * (cannot be sent; its log stays on this computer).
 */
export class Track extends EventTarget {
  #worker;
  bytes = 0;
  sent = 0;
  /** @type {string | null} */
  sha256 = null;

  /** @param {string} kind voice, camera or heard */
  constructor(kind) {
    super();
    this.kind = kind;
    this.#worker = new Worker(new URL("../workers/track-worker.js", import.meta.url), { type: "module", name: kind });
    this.#worker.onmessage = ({ data }) => this.#hear(data);
    this.#worker.onerror = () => this.#say("fault", { sentence: tr("The recorder did not start."), passing: false });
  }

  /**
   * Open the log, and send what it holds; `tell({record})` begins to record.
   * @param {Record<string, unknown>} options
   * @returns {Promise<void>} once the first byte could be written
   */
  open(options) {
    const opened = new Promise((resolve, reject) => {
      this.addEventListener("opened", () => resolve(undefined), { once: true });
      this.addEventListener("unopened", (event) => reject(new Error(/** @type {CustomEvent} */ (event).detail.sentence)), {
        once: true,
      });
    });
    this.tell({ open: { kind: this.kind, ...options } });
    return opened;
  }

  /** @param {Record<string, unknown>} message @param {Transferable[]} [transfer] */
  tell(message, transfer = []) {
    this.#worker.postMessage(message, transfer);
  }

  /** @returns {Promise<Record<string, number>>} the ledger */
  stop() {
    return new Promise((resolve) => {
      this.addEventListener("stopped", (event) => resolve(/** @type {CustomEvent} */ (event).detail.ledger), { once: true });
      this.tell({ stop: true });
    });
  }

  end() {
    this.#worker.terminate();
  }

  /** @param {any} data */
  #hear(data) {
    if (data.opened !== undefined) this.#say(data.opened ? "opened" : "unopened", { sentence: data.fault });
    else if (data.fault) this.#say("fault", { sentence: data.fault, passing: Boolean(data.passing) });
    if (data.progress) {
      this.bytes = data.progress.bytes;
      this.sent = data.progress.sent;
      this.#say("progress", data.progress);
    }
    if (data.lost) this.#say("lost", data.lost);
    if (data.stopped) this.#say("stopped", { ledger: data.stopped });
    if (data.kept) this.#say("kept", {});
    if (data.safe) {
      this.sha256 = data.safe;
      this.bytes = this.sent = data.bytes;
      this.#say("safe", { sha256: data.safe });
    }
  }

  /** @param {string} name @param {Record<string, unknown>} detail */
  #say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail: { kind: this.kind, ...detail } }));
  }
}
