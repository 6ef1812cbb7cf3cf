// @ts-check
// One track of one take, from the device to the studio: writes its take log and sends it, away from the page's thread.
//
// In:  {open}, {record}, then {pings} {note} {action} {container} {bytes} {frames} {throttle} {online}, at the end {stop}
// Out: {opened} {progress} {lost} {fault} {stopped} {safe} {kept}

import { clientUs } from "../lib/client-time.js";
import { TYPE } from "../models/take-log.js";
import { logName, rememberUpload, takeFolder } from "../models/take-shelf.js";
import { GivenUp, Uploader } from "../models/uploader.js";
import { CameraSource } from "./camera-source.js";
import { ContainerSource } from "./container-source.js";
import { HeardSource } from "./heard-source.js";
import { LogFile } from "./log-file.js";
import { fromPort, fromTrack } from "./sound-blocks.js";
import { VoiceSource } from "./voice-source.js";
import { tr } from "../lib/words.js";

const TICK_MS = 250;
const LAST_WORDS_MS = 3000; // for a source that does not end by itself

/** @type {Track | null} */
let track = null;

self.onmessage = async ({ data }) => {
  if (data.open) {
    try {
      track = await Track.begin(data.open);
      tell({ opened: { bytes: track.log.size } });
    } catch (error) {
      tell({ fault: inWords(error), opened: null });
    }
  } else {
    track?.hear(data);
  }
};

class Track {
  /** @type {any} */
  #source = null;
  /** @type {ReadableStreamDefaultReader<any> | null} */
  #reader = null;
  #running = Promise.resolve();
  /** @type {Record<string, number>} of sources that were replaced */
  #ledger = {};
  #ticks = 0;
  #timer = 0;
  #stopping = false;

  /** @param {any} open @param {LogFile} log */
  constructor(open, log) {
    this.open = open;
    this.log = log;
    this.uploader = new Uploader({
      ...open,
      log,
      remember: (address) => rememberUpload(open.take, open.kind, address),
    });
    this.uploader.addEventListener("trouble", (event) => {
      tell({ fault: /** @type {CustomEvent} */ (event).detail.sentence, passing: true });
    });
    this.uploader.addEventListener("sent", () => this.#progress());
  }

  /** @param {any} open */
  static async begin(open) {
    const log = await LogFile.open(open.take, open.kind, { create: !open.rescue });
    const one = new Track(open, log);
    one.#timer = self.setInterval(() => one.#tick(), TICK_MS);
    one.#send();
    if (open.rescue) one.uploader.end();
    return one;
  }

  /** @param {any} said a message of the page */
  hear(said) {
    if (said.record) this.#record(said.record);
    if (said.stop) this.#stop();
    if (said.pings?.length && !this.#stopping) this.#write(() => this.log.say(TYPE.pings, said.pings, clientUs()));
    if (said.note && !this.#stopping) this.#write(() => this.log.note(said.note.what, said.note, clientUs()));
    if (said.action) this.#source?.action?.(said.action);
    if (said.container) this.#source.begin(said.container);
    if (said.bytes) this.#write(() => this.#source.bytes(said.bytes, said.timestampUs));
    if (said.frames) this.#write(() => this.#source.frames(said.frames));
    if (said.throttle !== undefined) this.uploader.throttle(said.throttle);
    if (said.online) this.uploader.hurry();
  }

  /**
   * Record from here on; a device that was there before is replaced, in the same log under a header of its own.
   * @param {{settings: object, readable?: ReadableStream, port?: MessagePort}} from tier A's stream, tier B's sound, or
   *   neither: tier B's camera
   */
  async #record({ settings, readable, port }) {
    await this.#halt();
    const { kind, actionUs } = this.open;
    this.open.settings = settings;
    const shared = { log: this.log, header: (/** @type {any} */ more) => this.#header(more), tell, actionUs };
    if (kind === "voice") this.#source = new VoiceSource(shared);
    else if (kind === "heard") this.#source = new HeardSource(shared);
    else this.#source = readable ? new CameraSource(shared) : new ContainerSource(shared);
    this.#reader = readable?.getReader() ?? null;
    if (kind === "camera") this.#running = this.#reader ? this.#source.run(this.#reader) : Promise.resolve();
    else this.#running = this.#source.run(this.#reader ? fromTrack(this.#reader) : fromPort(/** @type {MessagePort} */ (port)));
    this.#running = this.#running.catch((error) => tell({ fault: inWords(error) }));
  }

  async #stop() {
    if (this.#stopping) return;
    this.#stopping = true;
    await this.#halt();
    this.#write(() => this.log.say(TYPE.end, this.#ledger, clientUs()));
    this.log.flush();
    tell({ stopped: this.#ledger });
    this.uploader.end();
  }

  /** Let the source say its last words, and count what it wrote. */
  async #halt() {
    const [source, reader] = [this.#source, this.#reader];
    if (!source) return;
    await reader?.cancel().catch(() => undefined); // a track that ended has closed it
    await Promise.race([this.#running, new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS))]);
    for (const [name, count] of Object.entries(await source.finish())) {
      this.#ledger[name] = (this.#ledger[name] ?? 0) + Number(count);
    }
    this.#source = null;
  }

  async #send() {
    try {
      const { sha256 } = await this.uploader.run();
      this.#close();
      const folder = await takeFolder(this.open.take);
      await folder.removeEntry(logName(this.open.kind)); // only now: the studio's bytes are ours, by hash
      tell({ safe: sha256, bytes: this.log.size });
    } catch (error) {
      tell({ fault: error instanceof GivenUp ? error.message : inWords(error), kept: true });
      if (this.#stopping || this.open.rescue) this.#close(); // else we go on writing: the log can still be saved as a file
    }
  }

  #tick() {
    this.#ticks += 1;
    if (!this.#stopping) this.#write(() => this.#source?.watch());
    if (this.#ticks % 4) return;
    this.log.flush();
    this.uploader.wake();
    this.#progress();
  }

  #progress() {
    tell({ progress: { bytes: this.log.size, sent: Math.min(this.uploader.sent, this.log.size) } });
  }

  /** @param {Record<string, unknown>} more */
  #header(more) {
    const { take, performance, kind, tier, settings, browser } = this.open;
    this.log.say(TYPE.header, { v: 1, take, performance, kind, tier, ...more, settings, browser }, clientUs());
  }

  /** @param {() => void} write */
  #write(write) {
    try {
      write();
    } catch (error) {
      tell({ fault: inWords(error) });
    }
  }

  #close() {
    clearInterval(this.#timer);
    this.log.close();
  }
}

/** @param {Record<string, unknown>} message */
function tell(message) {
  self.postMessage(message);
}

/** @param {unknown} error @returns {string} a sentence for the performer */
function inWords(error) {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "QuotaExceededError") return tr("There is no room left on this computer: the recording has stopped here.");
  if (name === "NotFoundError") return tr("There is no such take on this computer.");
  if (name === "NoModificationAllowedError") return tr("Another tab of this browser is writing this take.");
  if (name === "NotSupportedError") return tr("This browser cannot encode the camera's picture.");
  return `Recording met an error it does not know: ${error instanceof Error ? error.message : "no reason given"}.`;
}
