// The offset between two clocks comes from the fastest pings; slow ones, however many, move it by nothing.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bestOffset, offsetUs, roundTripUs } from "../../../src/yesif/web/static/yesif/js/lib/clock-fit.js";

const OFFSET_US = 1_234_567_890;
const START_US = 1_763_900_000_000_000; // such numbers, in ns, pass 2^53

/** A ping at `atUs` of our clock, `there` and `back` µs on its ways, `held` µs at the other side. */
function ping(atUs, there, back, held = 50) {
  const t1 = BigInt(atUs + OFFSET_US + there) * 1000n;
  const t2 = t1 + BigInt(held) * 1000n;
  return ["ws", atUs, String(t1), String(t2), atUs + there + held + back];
}

/** The same dice each run. */
function dice(seed) {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
}

test("the time the other side took is no part of the round trip", () => {
  assert.equal(roundTripUs(ping(START_US, 300, 500, 20_000)), 800);
});

test("with both ways equal the offset is exact, to the microsecond, at today's nanoseconds", () => {
  assert.equal(offsetUs(ping(START_US, 400, 400)), OFFSET_US);
});

test("unequal ways move the offset by half their difference, and never by more than the bound", () => {
  const one = ping(START_US, 900, 100);
  assert.equal(offsetUs(one) - OFFSET_US, 400);
  const best = bestOffset([one]);
  assert.ok(Math.abs(best.offsetUs - OFFSET_US) <= best.boundUs);
});

test("nine of ten pings that waited in a queue on one way change nothing", () => {
  const random = dice(7);
  const pings = Array.from({ length: 100 }, (_, n) =>
    ping(START_US + n * 2_000_000, n % 10 === 3 ? 200 : 200 + Math.round(67_000 * random() + 500), 200));
  assert.ok(Math.abs(bestOffset(pings).offsetUs - OFFSET_US) <= 1);
});

test("a ping that came back before it was sent says nothing", () => {
  const torn = ["ws", START_US, String(BigInt(START_US) * 1000n), String(BigInt(START_US) * 1000n + 9_000_000n), START_US + 10];
  assert.equal(bestOffset([torn]), null);
  assert.equal(bestOffset([torn, ping(START_US, 300, 300)]).offsetUs, OFFSET_US);
});

test("without pings nothing is known", () => {
  assert.equal(bestOffset([]), null);
});

test("on a jittery line the best tenth is within a millisecond, where the mean is not", () => {
  const random = dice(11);
  const jitter = () => Math.round(-8_000 * Math.log(1 - random()));
  const pings = Array.from({ length: 150 }, (_, n) => ping(START_US + n * 2_000_000, 5_000 + jitter(), 5_000 + 3 * jitter()));
  const mean = pings.map(offsetUs).reduce((sum, one) => sum + one, 0) / pings.length;
  assert.ok(Math.abs(bestOffset(pings).offsetUs - OFFSET_US) < 1_500);
  assert.ok(Math.abs(mean - OFFSET_US) > 4_000);
});
