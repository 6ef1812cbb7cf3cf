// @ts-check
// Sound as 16-bit numbers: one channel, at the device's own rate, never resampled here.

/**
 * The mean of the channels as s16. A 16-bit device's mono or doubled samples come back exactly.
 * @param {Float32Array[]} planes one per channel, samples in −1 … 1
 * @returns {Int16Array}
 */
export function monoS16(planes) {
  const mono = new Int16Array(planes[0]?.length ?? 0);
  for (let at = 0; at < mono.length; at++) {
    let sum = 0;
    for (const plane of planes) sum += plane[at];
    const value = Math.round((sum / planes.length) * 32768);
    mono[at] = value > 32767 ? 32767 : value < -32768 ? -32768 : value;
  }
  return mono;
}

/**
 * s16 as little-endian bytes, whatever the machine's own order.
 * @param {Int16Array} samples
 * @returns {Uint8Array}
 */
export function littleEndian(samples) {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < samples.length; at++) view.setInt16(at * 2, samples[at], true);
  return bytes;
}
