// @ts-check
// The hash chain over a take log: what the performer's browser signs when a take is over.
// Pieces of 262,144 bytes (the last one shorter); h_0 = 32 zero bytes, h_i = SHA-256(h_{i-1} ‖ SHA-256(piece_i)).

export const PIECE_BYTES = 262_144;
export const VERSION = "yesif-capture/1";

/** @param {Uint8Array} bytes @returns {Promise<Uint8Array>} */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {BufferSource} */ (bytes)));
}

/** @param {Uint8Array} bytes @returns {string} */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {Uint8Array} bytes @returns {string} Base64 */
export function base64(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

/** @param {Uint8Array[]} parts @returns {Uint8Array} */
export function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Grows piece by piece, in order. */
export class Chain {
  /** @type {Uint8Array[]} */
  pieces = [];
  /** @type {Uint8Array} */
  #head = new Uint8Array(32);

  /** @param {Uint8Array} piece 262,144 bytes, or fewer for the last */
  async add(piece) {
    const digest = await sha256(piece);
    this.#head = await sha256(joined([this.#head, digest]));
    this.pieces.push(digest);
  }

  /** The head so far, 64 hexadecimal digits. */
  get head() {
    return hex(this.#head);
  }

  /** Bytes of whole pieces so far; only right while no last, shorter piece was added. */
  get covered() {
    return this.pieces.length * PIECE_BYTES;
  }
}

/**
 * The bytes that are signed: canonical JSON (RFC 8785; the names stand in order).
 * @param {{bytes: number, chain: string, upload: string}} claim
 * @returns {Uint8Array}
 */
export function signedBytes({ bytes, chain, upload }) {
  return new TextEncoder().encode(JSON.stringify({ bytes, chain, upload, v: VERSION }));
}
