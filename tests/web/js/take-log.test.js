import assert from "node:assert/strict";
import { test } from "node:test";
import { joined } from "../../../src/yesif/web/static/yesif/js/lib/chain.js";
import { littleEndian, monoS16 } from "../../../src/yesif/web/static/yesif/js/lib/pcm.js";
import * as log from "../../../src/yesif/web/static/yesif/js/models/take-log.js";

const RECORDS = [
  log.record(log.TYPE.header, log.json({ v: 1, kind: "voice" }), { seq: 0 }),
  ...Array.from({ length: 50 }, (_, at) =>
    log.record(log.TYPE.pcm, new Uint8Array(at * 3), { seq: at + 1, timestampUs: -at, arrivalUs: 1.79e15 + at })),
];
const FILE = joined([log.MAGIC, ...RECORDS]);
const reader = (bytes) => (at, length) => bytes.subarray(at, at + length);

test("a record is the bytes the format says", () => {
  const bytes = log.record(log.TYPE.video, Uint8Array.of(1, 2, 3), {
    seq: 7,
    timestampUs: -1,
    arrivalUs: 1_790_000_000_123_456,
    flags: log.KEY_FRAME,
  });
  const view = new DataView(bytes.buffer);
  assert.deepEqual([view.getUint32(0, true), bytes[4], bytes[5], view.getUint16(6, true)], [3, 2, 1, 0]);
  assert.equal(view.getUint32(8, true), 7);
  assert.equal(view.getBigInt64(12, true), -1n);
  assert.equal(view.getBigInt64(20, true), 1_790_000_000_123_456n);
  assert.deepEqual([...bytes.subarray(32)], [1, 2, 3]);
  assert.ok(log.isSound(bytes));
});

test("a log cut at any byte ends at its last whole record", () => {
  const ends = [log.MAGIC.length];
  for (const one of RECORDS) ends.push(ends.at(-1) + one.length);
  for (let size = 0; size <= FILE.length; size++) {
    const whole = ends.filter((end) => end <= size).length - 1;
    const found = log.lastWhole(reader(FILE.subarray(0, size)), size);
    assert.equal(found.end, whole < 0 ? 0 : ends[whole]);
    assert.equal(found.seq, Math.max(0, whole));
  }
});

test("a changed byte in the last records is found and cut off", () => {
  const damaged = FILE.slice();
  const at = FILE.length - 200;
  damaged[at] ^= 1;
  const found = log.lastWhole(reader(damaged), damaged.length);
  assert.ok(found.end <= at && found.seq < 51);
  assert.deepEqual(log.lastWhole(reader(damaged), found.end).end, found.end);
});

test("the first header tells whose log it is", () => {
  assert.deepEqual(log.lastWhole(reader(FILE), FILE.length).first, { v: 1, kind: "voice" });
});

test("what is no take log is cut to nothing", () => {
  assert.equal(log.lastWhole(reader(new Uint8Array(100)), 100).end, 0);
});

test("a payload beyond 8 MiB is refused", () => {
  assert.throws(() => log.record(log.TYPE.container, new Uint8Array(log.LONGEST_PAYLOAD + 1), { seq: 0 }), RangeError);
});

test("every 16-bit sample comes back exactly, alone or doubled", () => {
  const truth = Int16Array.from({ length: 65536 }, (_, at) => at - 32768);
  const plane = Float32Array.from(truth, (value) => value / 32768);
  assert.deepEqual(monoS16([plane]), truth);
  assert.deepEqual(monoS16([plane, plane]), truth);
  assert.deepEqual(monoS16([Float32Array.of(2, -2)]), Int16Array.of(32767, -32768));
  assert.deepEqual([...littleEndian(Int16Array.of(1, -2))], [1, 0, 254, 255]);
});
