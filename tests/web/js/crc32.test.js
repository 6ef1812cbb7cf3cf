import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 as zlibCrc32 } from "node:zlib";
import { crc32 } from "../../../src/yesif/web/static/yesif/js/lib/crc32.js";

const text = (words) => new TextEncoder().encode(words);

test("the check value of CRC-32/ISO-HDLC comes out", () => {
  assert.equal(crc32(text("123456789")), 0xcbf43926);
});

test("nothing has the checksum zero", () => assert.equal(crc32(), 0));

test("pieces count as if they were one", () => {
  assert.equal(crc32(text("123"), text(""), text("456789")), 0xcbf43926);
});

test("it is zlib's", { skip: typeof zlibCrc32 !== "function" && "this node has no zlib.crc32" }, () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => (at * 2654435761) >>> 24);
  assert.equal(crc32(bytes), zlibCrc32(bytes));
});
