import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { base64, Chain, hex, joined, PIECE_BYTES, signedBytes } from "../../../src/yesif/web/static/yesif/js/lib/chain.js";

const digest = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash("sha256")).digest();

test("an empty log has 32 zero bytes for a head", () => {
  assert.equal(new Chain().head, "0".repeat(64));
});

test("each piece is hashed onto the head before it", async () => {
  const log = Buffer.from(Array.from({ length: 2 * PIECE_BYTES + 17 }, (_, at) => (at * 7 + (at >> 11)) & 0xff));
  const chain = new Chain();
  let head = Buffer.alloc(32);
  for (let at = 0; at < log.length; at += PIECE_BYTES) {
    const piece = log.subarray(at, at + PIECE_BYTES);
    await chain.add(piece);
    head = digest(head, digest(piece));
  }
  assert.equal(chain.head, head.toString("hex"));
  assert.equal(chain.pieces.length, 3);
});

test("what is signed is canonical JSON", () => {
  const bytes = signedBytes({ upload: "upl_X", chain: "ab", bytes: 3 });
  assert.equal(new TextDecoder().decode(bytes), '{"bytes":3,"chain":"ab","upload":"upl_X","v":"yesif-capture/1"}');
});

test("long byte strings become Base64 and hexadecimal unharmed", () => {
  const bytes = Uint8Array.from({ length: 100_001 }, (_, at) => at & 0xff);
  assert.equal(base64(bytes), Buffer.from(bytes).toString("base64"));
  assert.equal(hex(bytes), Buffer.from(bytes).toString("hex"));
  assert.deepEqual(joined([bytes.subarray(0, 9), bytes.subarray(9)]), bytes);
});
