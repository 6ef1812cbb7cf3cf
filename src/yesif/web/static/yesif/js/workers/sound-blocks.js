// @ts-check
// Where a sound worker's blocks come from: Chromium's track processor, or the PCM worklet elsewhere.

import { monoS16 } from "../lib/pcm.js";
import { clientUs } from "../lib/client-time.js";

/**
 * @typedef {object} Block
 * @property {Int16Array} samples one channel
 * @property {number} rate Hz, the true one
 * @property {number} timestampUs the browser's own, not to be trusted
 * @property {number} arrivalUs client time at which this worker got it
 */

/**
 * Blocks of a `MediaStreamTrackProcessor`. Arrival is stamped before anything else is done.
 * @param {ReadableStreamDefaultReader<AudioData>} reader cancel it to end
 * @returns {AsyncGenerator<Block>}
 */
export async function* fromTrack(reader) {
  for (;;) {
    const { done, value } = await reader.read();
    const arrivalUs = clientUs();
    if (done) return;
    try {
      yield { samples: mono(value), rate: value.sampleRate, timestampUs: value.timestamp, arrivalUs };
    } finally {
      value.close();
    }
  }
}

/**
 * Blocks of the PCM worklet, as it posts them; `null` ends them.
 * @param {MessagePort} port
 * @returns {AsyncGenerator<Block>}
 */
export async function* fromPort(port) {
  /** @type {(Block | null)[]} */
  const waiting = [];
  /** @type {(() => void) | null} */
  let wake = null;
  port.onmessage = ({ data }) => {
    const arrivalUs = clientUs();
    waiting.push(data && { samples: monoS16(data.planes), rate: data.rate, timestampUs: data.timestampUs, arrivalUs });
    wake?.();
  };
  for (;;) {
    while (waiting.length > 0) {
      const block = waiting.shift();
      if (!block) return;
      yield block;
    }
    await new Promise((resolve) => (wake = () => resolve(undefined)));
  }
}

/** @param {AudioData} sound @returns {Int16Array} */
function mono(sound) {
  const planes = [];
  for (let planeIndex = 0; planeIndex < sound.numberOfChannels; planeIndex++) {
    const plane = new Float32Array(sound.numberOfFrames);
    sound.copyTo(plane, { planeIndex, format: "f32-planar" });
    planes.push(plane);
  }
  return monoS16(planes);
}
