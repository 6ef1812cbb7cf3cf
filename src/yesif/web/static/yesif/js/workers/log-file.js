// @ts-check
// One track's take log in this browser's own file system (OPFS), appended to by the one worker that holds it.

import { joined } from "../lib/chain.js";
import { json, lastWhole, MAGIC, record, TYPE } from "../models/take-log.js";
import { logName, takeFolder } from "../models/take-shelf.js";

/** @typedef {any} SyncFile a FileSystemSyncAccessHandle, which the window's types do not know */

/** How long to wait for the tab that was reloaded to let go of the file, ms. */
const PATIENCE = 5000;

export class LogFile {
  /** @type {SyncFile} */
  #file;
  #seq = 0;
  /** Bytes in the file. */
  size = 0;
  /** Bytes that survive a power cut, always whole records: only these are sent. */
  flushed = 0;
  /** What the log says of itself, if it was begun before. @type {Record<string, unknown> | null} */
  first = null;

  /** @param {SyncFile} file */
  constructor(file) {
    this.#file = file;
  }

  /**
   * Open the log of a track; one left by a killed or reloaded tab is cut to its last whole record and goes on.
   * @param {string} take
   * @param {string} kind
   * @param {{create: boolean}} options
   * @returns {Promise<LogFile>}
   */
  static async open(take, kind, { create }) {
    const folder = await takeFolder(take, { create });
    const handle = await folder.getFileHandle(logName(kind), { create });
    const log = new LogFile(await held(handle));
    log.#goOn();
    return log;
  }

  /**
   * Append one record.
   * @param {number} type
   * @param {Uint8Array} payload
   * @param {{timestampUs?: number, arrivalUs?: number, flags?: number}} [stamp]
   */
  append(type, payload, stamp = {}) {
    const bytes = record(type, payload, { ...stamp, seq: this.#seq });
    const whole = this.size === 0 ? joined([MAGIC, bytes]) : bytes;
    const written = this.#file.write(whole, { at: this.size });
    if (written !== whole.length) {
      this.#file.truncate(this.size); // a disk that is full must not leave half a record in the middle
      throw new DOMException("There is no room left on this computer's disk.", "QuotaExceededError");
    }
    this.#seq += 1;
    this.size += written;
  }

  /** @param {number} type @param {unknown} value @param {number} [arrivalUs] */
  say(type, value, arrivalUs = 0) {
    this.append(type, json(value), { timestampUs: arrivalUs, arrivalUs });
  }

  /** @param {string} what @param {Record<string, unknown>} more @param {number} arrivalUs */
  note(what, more, arrivalUs) {
    this.say(TYPE.note, { what, ...more }, arrivalUs);
  }

  flush() {
    this.#file.flush();
    this.flushed = this.size;
  }

  /** @param {number} at @param {number} length @returns {Uint8Array} */
  read(at, length) {
    const bytes = new Uint8Array(length);
    return bytes.subarray(0, this.#file.read(bytes, { at }));
  }

  close() {
    this.#file.close();
  }

  #goOn() {
    const size = this.#file.getSize();
    const { end, seq, first } = lastWhole((at, length) => this.read(at, length), size);
    if (end < size) this.#file.truncate(end);
    this.size = seq === 0 ? 0 : end;
    this.#seq = seq;
    this.first = first;
    this.flush();
  }
}

/**
 * The file for this worker. `readwrite-unsafe` lets the rescue page read a log that is being written; where a browser
 * does not know it, the plain exclusive mode does. One writer is kept by the take's Web Lock.
 * @param {FileSystemFileHandle} handle
 * @returns {Promise<SyncFile>}
 */
async function held(handle) {
  const until = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await /** @type {any} */ (handle).createSyncAccessHandle({ mode: "readwrite-unsafe" });
    } catch (error) {
      const busy = error instanceof DOMException && error.name === "NoModificationAllowedError";
      if (!busy || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
