// @ts-check
// How a track's pictures or samples get from the page to its worker: tier A (Chromium) hands over a stream, tier B
// (Firefox) taps the browser's own recorder and a worklet. Begun only when the worker's log is open, so that nothing
// waits in between and arrival times mean something from the first block on.

import { clientUs } from "../lib/client-time.js";

const WORKLET = new URL("../worklets/pcm-worklet.js", import.meta.url);
const CONTAINERS = ["video/webm;codecs=vp8", "video/webm", "video/mp4"];
const SLICE_MS = 1000;
const BITS_PER_SECOND = 4_000_000;

/** @returns {"A" | "B"} what this browser can do */
export function tierHere() {
  const has = (/** @type {string} */ name) => name in globalThis;
  return has("MediaStreamTrackProcessor") && has("VideoEncoder") && has("AudioData") ? "A" : "B";
}

/**
 * @typedef {import("./track.js").Track} Track
 * @typedef {() => Promise<void>} End what must happen before the worker is stopped
 */

/**
 * Begin to pass a media track to its worker.
 * @param {MediaStreamTrack} media
 * @param {Track} track
 * @param {"A" | "B"} tier
 * @returns {Promise<End>}
 */
export function tap(media, track, tier) {
  if (tier === "A") return streamed(media, track);
  return track.kind === "camera" ? container(media, track) : worklet(media, track);
}

/** @param {MediaStreamTrack} media @param {Track} track @returns {Promise<End>} */
async function streamed(media, track) {
  const Processor = /** @type {any} */ (globalThis).MediaStreamTrackProcessor;
  // Room for two seconds of sound: a worker that is late for once must not cost samples. Pictures wait less: cameras
  // have few buffers.
  const { readable } = new Processor({ track: media, maxBufferSize: media.kind === "audio" ? 200 : 8 });
  track.tell({ record: { settings: settingsOf(media), readable } }, [readable]);
  return async () => {};
}

/** @param {MediaStreamTrack} media @param {Track} track @returns {Promise<End>} */
async function worklet(media, track) {
  const rate = media.getSettings().sampleRate;
  const context = new AudioContext(rate ? { sampleRate: rate } : {});
  await context.audioWorklet.addModule(WORKLET);
  const source = context.createMediaStreamSource(new MediaStream([media]));
  const node = new AudioWorkletNode(context, "yesif-pcm", { numberOfOutputs: 1 });
  const channel = new MessageChannel();
  source.connect(node).connect(context.destination); // silent: the worklet writes no output, but must be pulled
  track.tell({ record: { settings: settingsOf(media), port: channel.port2 } }, [channel.port2]);
  node.port.postMessage({ port: channel.port1 }, [channel.port1]);
  await context.resume();
  return async () => {
    node.port.postMessage({ stop: true });
    await new Promise((resolve) => setTimeout(resolve, 200)); // its last block is on the way
    source.disconnect();
    await context.close();
  };
}

/** @param {MediaStreamTrack} media @param {Track} track @returns {Promise<End>} */
async function container(media, track) {
  const mimeType = CONTAINERS.find((type) => MediaRecorder.isTypeSupported(type)) ?? "";
  const recorder = new MediaRecorder(new MediaStream([media]), { mimeType, videoBitsPerSecond: BITS_PER_SECOND });
  const watch = new FrameWatch(media);
  /** @type {Promise<void>} */
  let last = Promise.resolve();
  recorder.ondataavailable = ({ data, timecode }) => {
    const timestampUs = Math.round((timecode ?? 0) * 1000);
    last = last.then(async () => {
      const bytes = await data.arrayBuffer();
      track.tell({ bytes, timestampUs }, [bytes]);
    });
  };
  const { width = 0, height = 0 } = media.getSettings();
  track.tell({ record: { settings: settingsOf(media) } });
  track.tell({ container: { codec: mimeType.includes("mp4") ? "mp4" : "webm", mime_type: mimeType, width, height } });
  await watch.begin((frames) => track.tell({ frames }));
  recorder.start(SLICE_MS);
  track.tell({ note: { what: "recorder-started", at_us: clientUs() } });
  return async () => {
    watch.end();
    if (recorder.state === "inactive") return; // its device was taken away
    const stopped = new Promise((resolve) => recorder.addEventListener("stop", resolve, { once: true }));
    recorder.stop();
    await stopped;
    await last;
  };
}

/** What the device says of itself, but for its ids, which are no one's business. @param {MediaStreamTrack} media */
function settingsOf(media) {
  const { deviceId: _device, groupId: _group, ...settings } = media.getSettings();
  return settings;
}

/** When each frame was captured, of a camera that only the browser's recorder may record. */
class FrameWatch {
  #video = document.createElement("video");
  /** @type {number[][]} */
  #frames = [];
  #timer = 0;
  #tell = (/** @type {number[][]} */ _frames) => {};

  /** @param {MediaStreamTrack} media */
  constructor(media) {
    this.#video.muted = true;
    this.#video.playsInline = true;
    this.#video.srcObject = new MediaStream([media]);
  }

  /** @param {(frames: number[][]) => void} tell */
  async begin(tell) {
    this.#tell = tell;
    this.#timer = window.setInterval(() => this.#pass(), SLICE_MS);
    this.#next();
    await this.#video.play();
  }

  end() {
    clearInterval(this.#timer);
    this.#pass();
    this.#video.srcObject = null;
  }

  #next() {
    this.#video.requestVideoFrameCallback((now, { mediaTime, captureTime, presentedFrames }) => {
      const capture = Math.round((performance.timeOrigin + (captureTime ?? now)) * 1000);
      this.#frames.push([Math.round(mediaTime * 1e6), capture, presentedFrames]);
      if (this.#video.srcObject) this.#next();
    });
  }

  #pass() {
    if (this.#frames.length > 0) this.#tell(this.#frames);
    this.#frames = [];
  }
}
