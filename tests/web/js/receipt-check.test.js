// A receipt made by the studio (tests/core/test_tlog_receipt.py: CONTENT) is checked in JavaScript as in Python; every changed part is refused.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { canonical, check, unzip } from "../../../src/yesif/web/static/yesif/js/lib/receipt-check.js";
import { verifyEd25519, verifyPlainly } from "../../../src/yesif/web/static/yesif/js/lib/ed25519.js";

const made = new Uint8Array(readFileSync(new URL("./receipt.zip", import.meta.url)));
const hex = (text) => Uint8Array.from(text.match(/../g) ?? [], (one) => parseInt(one, 16));

test("a receipt is proven", async () => {
  const found = await check(made);
  assert.equal(found.kind, "royalty");
  assert.deepEqual(found.rows, [{ performer: "per_2", weight: 2 }]);
  assert.equal(found.size, "9");
  assert.equal((await check(made, found.key)).own, true);
});

test("a receipt is not proven by another log's key", async () => {
  const { key } = await check(made);
  await assert.rejects(check(made, key.replace("studio.test", "other.test")));
  await assert.rejects(check(made, "nonsense"));
});

test("any changed byte of a part is refused", async () => {
  const members = unzip(made);
  for (const [name, content] of members) {
    if (name === "README.txt" || name === "receipt.jsonld" || name === "trust-policy") continue;
    const start = indexOf(made, content);
    for (let at = 0; at < content.length; at += Math.max(1, Math.floor(content.length / 40))) {
      const changed = made.slice();
      changed[start + at] ^= 1;
      await assert.rejects(check(changed), `${name} byte ${at}`);
    }
  }
});

test("what is no receipt is refused", async () => {
  for (const content of [new Uint8Array(0), new Uint8Array(100), made.slice(0, 500), made.slice(7)]) {
    await assert.rejects(check(content));
  }
});

test("canonical JSON sorts names and refuses fractions", () => {
  assert.equal(canonical({ b: [1, "é"], a: null }), '{"a":null,"b":[1,"é"]}');
  assert.throws(() => canonical({ a: 0.5 }));
});

// RFC 8032 §7.1, tests 1 to 3: key, message, signature.
const VECTORS = [
  ["d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"],
  ["3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"],
  ["fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"],
];

test("both verifiers agree with RFC 8032", async () => {
  for (const verify of [verifyPlainly, verifyEd25519]) {
    for (const [key, message, signature] of VECTORS) {
      assert.equal(await verify(hex(key), hex(signature), hex(message)), true);
      const changed = hex(signature);
      changed[5] ^= 4;
      assert.equal(await verify(hex(key), changed, hex(message)), false);
      assert.equal(await verify(hex(key), hex(signature), hex(message + "00")), false);
    }
  }
});

/** @param {Uint8Array} whole @param {Uint8Array} part */
function indexOf(whole, part) {
  return Buffer.from(whole).indexOf(Buffer.from(part));
}
