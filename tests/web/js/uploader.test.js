import assert from "node:assert/strict";
import { createHash, webcrypto } from "node:crypto";
import { test } from "node:test";
import { Backoff } from "../../../src/yesif/web/static/yesif/js/lib/backoff.js";
import { Chain, PIECE_BYTES } from "../../../src/yesif/web/static/yesif/js/lib/chain.js";
import { GivenUp, Uploader } from "../../../src/yesif/web/static/yesif/js/models/uploader.js";

globalThis.crypto ??= webcrypto;
const sha = (bytes) => createHash("sha256").update(bytes).digest();
const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);

/** A small repeatable dice (mulberry32). */
function dice(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A studio with switches: every request can be lost before it took, and its answer lost after it took. */
class Studio {
  bytes = Buffer.alloc(0);
  open = false;
  safe = "";
  seals = 0;
  calls = [];

  constructor({ loseBefore = () => false, loseAfter = () => false, spoil = () => false } = {}) {
    Object.assign(this, { loseBefore, loseAfter, spoil });
    this.fetch = this.fetch.bind(this);
  }

  async fetch(address, { method, headers, body }) {
    this.calls.push(`${method} ${address}`);
    if (this.loseBefore()) throw new TypeError("network error");
    const answer = await this.#answer(address, method, headers, body);
    if (this.loseAfter()) throw new TypeError("network error");
    Object.defineProperty(answer, "url", { value: `http://studio.test${address}` });
    return answer;
  }

  async #answer(address, method, headers, body) {
    const offset = { "Upload-Offset": String(this.bytes.length) };
    if (method === "POST" && address === "/room/uploads") {
      this.open = true;
      return new Response(null, { status: 201, headers: { ...offset, Location: "/room/uploads/upl_X" } });
    }
    if (!this.open) return new Response("There is nothing here.", { status: 404 });
    if (method === "HEAD") {
      return new Response(null, { status: 200, headers: { ...offset, ...(this.safe && { "Upload-Safe": this.safe }) } });
    }
    if (method === "PATCH") return this.#patch(headers, Buffer.from(body));
    return this.#seal(JSON.parse(body));
  }

  #patch(headers, body) {
    if (this.safe || Number(headers["Upload-Offset"]) !== this.bytes.length) return new Response("", { status: 409 });
    if (headers["Upload-Checksum"] !== `sha256 ${sha(body).toString("base64")}`) return new Response("", { status: 460 });
    if (this.spoil()) body[0] ^= 1; // a disk that lies
    this.bytes = Buffer.concat([this.bytes, body]);
    return new Response(null, { status: 204 });
  }

  #seal(claim) {
    this.seals += 1;
    const theirs = Buffer.from(claim.pieces, "base64");
    for (let piece = 0; piece * PIECE_BYTES < claim.bytes; piece++) {
      const [from, to] = [piece * PIECE_BYTES, Math.min(claim.bytes, (piece + 1) * PIECE_BYTES)];
      const mine = this.bytes.subarray(from, to);
      if (mine.length === to - from && sha(mine).equals(theirs.subarray(piece * 32, piece * 32 + 32))) continue;
      this.bytes = this.bytes.subarray(0, from);
      return Response.json({ safe: false, offset: from }, { status: 409 });
    }
    this.claim = claim;
    this.safe = sha(this.bytes).toString("hex");
    return Response.json({ safe: true, sha256: this.safe });
  }
}

/** A log that grows while it is sent. */
class Growing {
  flushed = 0;

  constructor(size, random = Math.random) {
    this.all = Buffer.from(Array.from({ length: size }, () => random() * 256));
  }

  read(at, length) {
    return new Uint8Array(this.all.subarray(at, at + length));
  }
}

function uploader(log, studio, more = {}) {
  const backoff = new Backoff({ first: 0.2, cap: 1 });
  return new Uploader({ log, take: "tak_X", kind: "voice", keys, csrf: "c", fetch: studio.fetch, backoff, ...more });
}

async function sentWhileGrowing(log, studio, random, more) {
  const one = uploader(log, studio, more);
  const done = one.run();
  while (log.flushed < log.all.length) {
    log.flushed = Math.min(log.all.length, log.flushed + Math.ceil(random() * 90_000));
    one.wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
  one.end();
  return done;
}

test("a growing log arrives whole, and its chain is signed by its own key", async () => {
  const [log, studio] = [new Growing(700_001, dice(1)), new Studio()];
  const { sha256 } = await sentWhileGrowing(log, studio, dice(2));
  assert.equal(sha256, sha(log.all).toString("hex"));
  const chain = new Chain();
  for (let at = 0; at < log.all.length; at += PIECE_BYTES) await chain.add(log.all.subarray(at, at + PIECE_BYTES));
  assert.equal(studio.claim.chain, chain.head);
  const signed = `{"bytes":700001,"chain":"${chain.head}","upload":"upl_X","v":"yesif-capture/1"}`;
  const signature = Buffer.from(studio.claim.signature, "base64");
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  assert.ok(await crypto.subtle.verify(algorithm, keys.publicKey, signature, Buffer.from(signed)));
});

test("100 takes with a third of all requests lost, before or after they took, arrive identical", async () => {
  for (let seed = 0; seed < 100; seed++) {
    const random = dice(seed);
    const log = new Growing(Math.floor(random() * 400_000), random);
    const studio = new Studio({ loseBefore: () => random() < 0.2, loseAfter: () => random() < 0.2 });
    const { sha256 } = await sentWhileGrowing(log, studio, random);
    assert.equal(sha256, sha(log.all).toString("hex"), `seed ${seed}`);
    assert.ok(studio.bytes.equals(log.all));
  }
});

test("bytes the studio's disk changed are found at the seal and sent again", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = dice(seed);
    let times = 2;
    const studio = new Studio({ spoil: () => random() < 0.3 && times-- > 0 });
    const log = new Growing(900_000, random);
    await sentWhileGrowing(log, studio, random);
    assert.ok(studio.bytes.equals(log.all), `seed ${seed}`);
  }
});

test("a reload goes on where the studio stands, without sending anything twice", async () => {
  const [log, studio] = [new Growing(500_000, dice(3)), new Studio()];
  studio.open = true;
  studio.bytes = Buffer.from(log.all.subarray(0, 300_000));
  await sentWhileGrowing(log, studio, dice(4), { address: "/room/uploads/upl_X" });
  assert.ok(studio.bytes.equals(log.all));
  assert.ok(!studio.calls.includes("POST /room/uploads"));
});

test("an upload the studio has forgotten begins again from the log", async () => {
  const [log, studio] = [new Growing(100_000, dice(5)), new Studio()];
  await sentWhileGrowing(log, studio, dice(6), { address: "/room/uploads/upl_OLD" });
  assert.ok(studio.bytes.equals(log.all));
});

test("an empty log is sealed too", async () => {
  const { sha256 } = await sentWhileGrowing(new Growing(0), new Studio(), dice(7));
  assert.equal(sha256, sha(Buffer.alloc(0)).toString("hex"));
});

test("what makes no sense to repeat is given up in the studio's own words", async () => {
  const studio = new Studio();
  studio.fetch = async () => new Response("This take is closed; nothing can be added to it.", { status: 409 });
  await assert.rejects(uploader(new Growing(9), studio).run(), (error) => {
    return error instanceof GivenUp && error.message.startsWith("This take is closed");
  });
});

test("trouble is said once, not at every attempt", async () => {
  let left = 10;
  const studio = new Studio({ loseBefore: () => left-- > 0 });
  const said = [];
  const one = uploader(new Growing(0), studio);
  one.addEventListener("trouble", (event) => said.push(event.detail.sentence));
  one.end();
  await one.run();
  assert.equal(said.length, 1);
});
