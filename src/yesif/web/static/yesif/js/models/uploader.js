// @ts-check
// Sends a growing take log by tus 1.0, keeps at it, and ends only when the server's hashes agree with ours.
// The server's file is the truth of how far we are: after every doubt we ask (HEAD) and go on from there.

import { Backoff } from "../lib/backoff.js";
import { base64, Chain, joined, PIECE_BYTES, sha256, signedBytes } from "../lib/chain.js";
import { tr } from "../lib/words.js";

const TUS = "1.0.0";
const PATIENCE_MS = 15_000; // a black-holed socket would otherwise hold the upload for minutes
const SEAL_PATIENCE_MS = 180_000; // the server reads the whole log once
const SMALLEST = 32 * 1024;

/**
 * @typedef {object} Log
 * @property {number} flushed bytes that may be sent
 * @property {(at: number, length: number) => Uint8Array} read
 */

/** It makes no sense to try again; the sentence is for the performer. */
export class GivenUp extends Error {}

/** Try again, perhaps after asking how far we are, perhaps not before some time. */
class Again extends Error {
  /** @param {string} message @param {{wait?: number, tell?: boolean}} [options] */
  constructor(message, { wait = 0, tell = false } = {}) {
    super(message);
    this.wait = wait;
    this.tell = tell;
  }
}

/** Events: `sent` after every acknowledged piece, `trouble` {sentence} when something begins to keep it from sending. */
export class Uploader extends EventTarget {
  #log;
  #take;
  #kind;
  #keys;
  #csrf;
  #collection;
  #fetch;
  #backoff;
  #remember;
  #chain = new Chain();
  #largest = PIECE_BYTES;
  #slowest = 0;
  #ended = false;
  #closed = false;
  #unknown = 0;
  #trouble = ""; // said already, until something gets through again
  /** @type {(() => void) | null} */
  #more = null;
  /** @type {string | null} */
  #address;
  /** @type {number | null} bytes the server holds; null while we do not know */
  #offset = null;
  /** Bytes the server acknowledged. */
  sent = 0;

  /**
   * @param {object} options
   * @param {Log} options.log
   * @param {string} options.take
   * @param {string} options.kind
   * @param {CryptoKeyPair} options.keys ECDSA P-256
   * @param {string} options.csrf
   * @param {string} [options.address] of an upload begun before
   * @param {string} [options.collection]
   * @param {(address: string) => Promise<void>} [options.remember] called once the server has opened an upload
   * @param {typeof globalThis.fetch} [options.fetch]
   * @param {Backoff} [options.backoff]
   */
  constructor({ log, take, kind, keys, csrf, address, collection = "/room/uploads", remember, fetch, backoff }) {
    super();
    this.#log = log;
    this.#take = take;
    this.#kind = kind;
    this.#keys = keys;
    this.#csrf = csrf;
    this.#address = address ?? null;
    this.#collection = collection;
    this.#remember = remember ?? (async () => {});
    this.#fetch = fetch ?? globalThis.fetch.bind(globalThis);
    this.#backoff = backoff ?? new Backoff();
  }

  /**
   * Send until `end` was called and all of it is safe.
   * @returns {Promise<{sha256: string}>} the server's digest of the whole log
   * @throws {GivenUp}
   */
  async run() {
    for (;;) {
      try {
        const safe = await this.#step();
        if (safe) return safe;
        this.#backoff.reset();
      } catch (error) {
        await this.#recover(error);
      }
    }
  }

  /** There is more to send. */
  wake() {
    this.#more?.();
  }

  /** The log is complete: send the rest and seal. */
  end() {
    this.#ended = true;
    this.wake();
  }

  /** The network is back: do not sit out the delay. */
  hurry() {
    this.#backoff.hurry();
    this.wake();
  }

  /** @param {number} bytesPerSecond 0: as fast as it goes */
  throttle(bytesPerSecond) {
    this.#slowest = bytesPerSecond;
  }

  async #step() {
    if (this.#address === null) await this.#open();
    if (this.#offset === null) return this.#ask();
    if (this.#offset < this.#log.flushed) return this.#send();
    if (this.#ended) return this.#seal();
    await new Promise((resolve) => {
      this.#more = () => resolve(undefined);
      if (this.#ended || this.#log.flushed > /** @type {number} */ (this.#offset)) resolve(undefined);
    });
    this.#more = null;
    return null;
  }

  async #open() {
    const jwk = await crypto.subtle.exportKey("jwk", this.#keys.publicKey);
    const said = { take: this.#take, kind: this.#kind, key: JSON.stringify(jwk) };
    const metadata = Object.entries(said).map(([name, value]) => `${name} ${base64(new TextEncoder().encode(value))}`);
    const answer = await this.#request(this.#collection, "POST", {
      "Upload-Defer-Length": "1",
      "Upload-Metadata": metadata.join(","),
    });
    if (answer.status === 409 || answer.status === 400) throw new GivenUp(await answer.text());
    if (answer.status === 404) throw new Again(tr("The studio does not know this take yet."), { tell: ++this.#unknown > 8 });
    await this.#expect(answer, 201);
    this.#address = new URL(answer.headers.get("Location") ?? "", answer.url).pathname;
    this.#offset = Number(answer.headers.get("Upload-Offset") ?? 0);
    await this.#remember(this.#address);
  }

  async #ask() {
    const answer = await this.#request(this.#at(), "HEAD");
    if (answer.status === 404 || answer.status === 410) {
      this.#address = null; // the studio has lost it or we threw it away: begin again, from what is here
      throw new Again(tr("The studio does not know this upload any more; it begins again."), { tell: true });
    }
    await this.#expect(answer, 200);
    const safe = answer.headers.get("Upload-Safe");
    if (safe && this.#ended && Number(answer.headers.get("Upload-Offset")) === this.#log.flushed) return { sha256: safe };
    if (safe) throw new GivenUp(tr("This take is already safe at the studio; what is here is more than was sent then."));
    this.#took(Number(answer.headers.get("Upload-Offset")));
    return null;
  }

  async #send() {
    const at = /** @type {number} */ (this.#offset);
    const boundary = at - (at % PIECE_BYTES) + PIECE_BYTES;
    const body = this.#log.read(at, Math.min(this.#log.flushed, boundary, at + this.#largest) - at);
    const began = performance.now();
    const answer = await this.#request(this.#at(), "PATCH", {
      "Content-Type": "application/offset+octet-stream",
      "Upload-Offset": String(at),
      "Upload-Checksum": `sha256 ${base64(await sha256(body))}`,
    }, body);
    if ([404, 409, 410].includes(answer.status)) {
      this.#offset = null;
      return null;
    }
    if (answer.status === 413) throw new GivenUp(await answer.text());
    await this.#expect(answer, 204);
    this.#took(at + body.length);
    this.#largest = Math.min(PIECE_BYTES, this.#largest * 2);
    await this.#cover(4);
    await this.#holdBack(body.length, performance.now() - began);
    return null;
  }

  async #seal() {
    const size = this.#log.flushed;
    await this.#cover(Infinity);
    if (!this.#closed && size > this.#chain.covered) await this.#chain.add(this.#log.read(this.#chain.covered, PIECE_BYTES));
    this.#closed = true;
    const upload = this.#at().split("/").at(-1) ?? "";
    const claim = { bytes: size, chain: this.#chain.head, upload };
    const signature = await crypto.subtle.sign(
      { name: "ECDSA", hash: "SHA-256" },
      this.#keys.privateKey,
      /** @type {BufferSource} */ (signedBytes(claim)),
    );
    const body = JSON.stringify({
      bytes: claim.bytes,
      chain: claim.chain,
      signature: base64(new Uint8Array(signature)),
      pieces: base64(joined(this.#chain.pieces)),
    });
    const answer = await this.#request(`${this.#at()}/seal`, "POST", { "Content-Type": "application/json" }, body);
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    if (answer.status === 409 && isJson) {
      this.#took((await answer.json()).offset); // the studio cut its copy back to there: send the rest again
      return null;
    }
    if ([400, 409, 413].includes(answer.status)) throw new GivenUp(await answer.text());
    await this.#expect(answer, 200);
    return { sha256: (await answer.json()).sha256 };
  }

  /** Grow the chain by whole pieces, at most so many at a time: a resumed log of an hour has thousands. @param {number} most */
  async #cover(most) {
    for (let turn = 0; turn < most && this.#chain.covered + PIECE_BYTES <= this.#log.flushed; turn++) {
      await this.#chain.add(this.#log.read(this.#chain.covered, PIECE_BYTES));
    }
  }

  /** @param {number} offset */
  #took(offset) {
    this.#offset = offset;
    this.#trouble = "";
    this.sent = offset;
    this.dispatchEvent(new Event("sent"));
  }

  /** @param {number} bytes @param {number} spent ms */
  async #holdBack(bytes, spent) {
    const rest = this.#slowest > 0 && !this.#ended ? (bytes / this.#slowest) * 1000 - spent : 0;
    if (rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
  }

  #at() {
    if (this.#address === null) throw new TypeError("this upload has no address yet");
    return this.#address;
  }

  /**
   * @param {string} address
   * @param {string} method
   * @param {Record<string, string>} [headers]
   * @param {Uint8Array | string} [body]
   */
  async #request(address, method, headers = {}, body = undefined) {
    const patience = address.endsWith("/seal") ? SEAL_PATIENCE_MS : PATIENCE_MS;
    try {
      return await this.#fetch(address, {
        method,
        headers: { "Tus-Resumable": TUS, "X-CSRFToken": this.#csrf, ...headers },
        body: /** @type {BodyInit | undefined} */ (body),
        signal: AbortSignal.timeout(patience),
        cache: "no-store",
        redirect: "error",
      });
    } catch (error) {
      // A slow line is no dead line: smaller pieces get through where 256 KiB do not.
      if (error instanceof DOMException) this.#largest = Math.max(SMALLEST, this.#largest / 2);
      throw new Again(tr("The studio cannot be reached. Your take is kept on this computer."), { tell: true });
    }
  }

  /** @param {Response} answer @param {number} wanted */
  async #expect(answer, wanted) {
    if (answer.status === wanted) return;
    const seconds = Number(answer.headers.get("Retry-After") ?? 0);
    const sentence = answer.status === 429 || answer.status === 403 ? await answer.text() : "";
    if (answer.status === 429) throw new Again(sentence, { wait: seconds * 1000, tell: true });
    if (answer.status === 401 || answer.status === 403) {
      throw new Again(tr("You are signed out. Sign in again in another tab, and this goes on."), { wait: 5000, tell: true });
    }
    throw new Again(tr("The studio answered {status}. Your take is kept on this computer.", answer), { tell: true });
  }

  /** @param {unknown} error */
  async #recover(error) {
    if (!(error instanceof Again)) throw error;
    this.#offset = null; // what was on its way may or may not have arrived
    if (error.tell && error.message !== this.#trouble) {
      this.#trouble = error.message;
      this.dispatchEvent(new CustomEvent("trouble", { detail: { sentence: error.message } }));
    }
    await this.#backoff.wait(error.wait);
  }
}
