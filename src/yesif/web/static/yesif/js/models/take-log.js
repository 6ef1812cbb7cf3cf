// @ts-check
// The bytes of a take log: a magic line, then records. Reader on the server: `yesif.media.takelog`.
//
//     YIFLOG1\n
//     u32 payload length | u8 type | u8 flags (1 = key frame) | u16 zero | u32 seq
//     i64 timestamp µs | i64 arrival µs | u32 CRC-32 of the 28 bytes before it and the payload | payload
//
// All little-endian. A log may be cut at any byte: every whole record before the cut counts.

import { crc32 } from "../lib/crc32.js";

export const MAGIC = new TextEncoder().encode("YIFLOG1\n");
export const HEADER_BYTES = 32;
export const LONGEST_PAYLOAD = 8 * 1024 * 1024;
export const KEY_FRAME = 1;

export const TYPE = Object.freeze({
  header: 1,
  video: 2,
  pcm: 3,
  opus: 4,
  container: 5,
  frames: 6,
  note: 7,
  pings: 8,
  config: 9,
  end: 10,
});

/**
 * @typedef {object} Stamp
 * @property {number} seq 0, 1, 2, … through the whole file
 * @property {number} [timestampUs] what the browser said, µs
 * @property {number} [arrivalUs] client time at which our worker got it, µs
 * @property {number} [flags]
 */

/**
 * One record.
 * @param {number} type
 * @param {Uint8Array} payload
 * @param {Stamp} stamp
 * @returns {Uint8Array}
 */
export function record(type, payload, { seq, timestampUs = 0, arrivalUs = 0, flags = 0 }) {
  if (payload.length > LONGEST_PAYLOAD) throw new RangeError(`a record holds ${LONGEST_PAYLOAD} bytes, not ${payload.length}`);
  const bytes = new Uint8Array(HEADER_BYTES + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, payload.length, true);
  view.setUint8(4, type);
  view.setUint8(5, flags);
  view.setUint32(8, seq, true);
  view.setBigInt64(12, BigInt(Math.round(timestampUs)), true);
  view.setBigInt64(20, BigInt(Math.round(arrivalUs)), true);
  bytes.set(payload, HEADER_BYTES);
  view.setUint32(28, crc32(bytes.subarray(0, 28), payload), true);
  return bytes;
}

/** @param {unknown} value @returns {Uint8Array} */
export function json(value) {
  return new TextEncoder().encode(JSON.stringify(value));
}

/**
 * Where the last whole record ends, and the seq the next one gets.
 *
 * Walks from header to header, and checks the CRC of the last few records only: what a killed browser leaves is a
 * shorter file, never an older page in its middle.
 * @param {(at: number, length: number) => Uint8Array} read
 * @param {number} size of the file
 * @returns {{end: number, seq: number, first: Record<string, unknown> | null}}
 */
export function lastWhole(read, size) {
  if (size < MAGIC.length || read(0, MAGIC.length).some((byte, at) => byte !== MAGIC[at])) {
    return { end: 0, seq: 0, first: null };
  }
  /** @type {{at: number, length: number}[]} */
  const recent = [];
  let [at, seq] = [MAGIC.length, 0];
  while (at + HEADER_BYTES <= size) {
    const view = viewOf(read(at, HEADER_BYTES));
    const length = HEADER_BYTES + view.getUint32(0, true);
    if (length > HEADER_BYTES + LONGEST_PAYLOAD || at + length > size || view.getUint32(8, true) !== seq) break;
    recent.push({ at, length });
    if (recent.length > 32) recent.shift();
    at += length;
    seq += 1;
  }
  for (const [index, one] of recent.entries()) {
    if (isSound(read(one.at, one.length))) continue;
    return { end: one.at, seq: seq - (recent.length - index), first: firstHeader(read, one.at) };
  }
  return { end: at, seq, first: firstHeader(read, at) };
}

/** @param {Uint8Array} whole one record @returns {boolean} */
export function isSound(whole) {
  return viewOf(whole).getUint32(28, true) === crc32(whole.subarray(0, 28), whole.subarray(HEADER_BYTES));
}

/** @param {(at: number, length: number) => Uint8Array} read @param {number} end */
function firstHeader(read, end) {
  if (end <= MAGIC.length) return null;
  const length = viewOf(read(MAGIC.length, HEADER_BYTES)).getUint32(0, true);
  return JSON.parse(new TextDecoder().decode(read(MAGIC.length + HEADER_BYTES, length)));
}

/** @param {Uint8Array} bytes */
function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
