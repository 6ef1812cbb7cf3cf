// What the review page computes without a page: keeping in step, clock text, waveform columns, local time.

import assert from "node:assert/strict";
import { test } from "node:test";

const lib = new URL("../../../src/yesif/web/static/yesif/js/", import.meta.url);
const { correction, clockText, JUMP_S } = await import(new URL("lib/in-step.js", lib));
const { loudest } = await import(new URL("lib/wave.js", lib));
const { inZone } = await import(new URL("lib/local-time.js", lib));
const { SyncPlayer } = await import(new URL("models/sync-player.js", lib));

const FRAME = 1 / 30;

/** A video that plays when told, at its own speed, and never runs out of bytes unless asked to. */
class FakeVideo extends EventTarget {
  currentTime = 0;
  duration = 60;
  paused = true;
  ended = false;
  seeking = false;
  readyState = 4;
  playbackRate = 1;
  own = 1; // its clock runs this much faster than it should

  async play() {
    this.paused = false;
  }
  pause() {
    this.paused = true;
  }
  /** @param {number} seconds */
  run(seconds) {
    if (!this.paused) this.currentTime += seconds * this.playbackRate * this.own;
  }
}

/** Frames are drawn when the test says so. */
let draw = () => {};
globalThis.requestAnimationFrame = (callback) => {
  draw = callback;
  return 1;
};
globalThis.cancelAnimationFrame = () => {
  draw = () => {};
};

test("within half a frame nothing is done", () => {
  assert.deepEqual(correction(10, 10 + FRAME * 0.49, 1, FRAME), { kind: "none" });
});

test("a follower that is behind runs faster, one that is ahead slower, never by more than 10 %", () => {
  for (let off = -JUMP_S + 0.001; off < JUMP_S; off += 0.007) {
    const what = correction(10, 10 - off, 1, FRAME);
    if (Math.abs(off) <= FRAME / 2) continue;
    assert.equal(what.kind, "rate");
    assert.ok(Math.sign(what.rate - 1) === Math.sign(off));
    assert.ok(Math.abs(what.rate - 1) <= 0.1 + 1e-9);
  }
});

test("a follower far off jumps", () => {
  assert.deepEqual(correction(10, 12, 1, FRAME), { kind: "jump", to: 10 });
});

test("two videos whose clocks differ by 1 % stay within a frame", async () => {
  const [own, partner] = [new FakeVideo(), new FakeVideo()];
  partner.own = 1.01;
  const player = new SyncPlayer(own, partner, FRAME);
  await player.play();
  let worst = 0;
  partner.currentTime = 0.06; // started two frames early
  for (let tick = 0; tick < 50 * 30; tick++) {
    own.run(FRAME);
    partner.run(FRAME);
    if (tick > 20) worst = Math.max(worst, Math.abs(player.behind)); // two thirds of a second to settle
    draw();
  }
  assert.ok(worst <= FRAME, `${worst} s apart`);
});

test("when one waits for bytes the other waits with it, and both go on together", async () => {
  const [own, partner] = [new FakeVideo(), new FakeVideo()];
  const player = new SyncPlayer(own, partner, FRAME);
  await player.play();
  partner.readyState = 2;
  partner.dispatchEvent(new Event("waiting"));
  assert.equal(own.paused, true);
  partner.readyState = 4;
  partner.dispatchEvent(new Event("canplay"));
  await Promise.resolve();
  assert.equal(own.paused, false);
});

test("pausing leaves both at the same moment", async () => {
  const [own, partner] = [new FakeVideo(), new FakeVideo()];
  const player = new SyncPlayer(own, partner, FRAME);
  await player.play();
  own.currentTime = 5;
  partner.currentTime = 5.01;
  player.pause();
  assert.equal(partner.currentTime, 5);
  assert.equal(player.playing, false);
});

test("a seek stays inside the take", () => {
  const own = new FakeVideo();
  const player = new SyncPlayer(own, null, FRAME);
  player.seek(-3);
  assert.equal(own.currentTime, 0);
  player.seek(99);
  assert.equal(own.currentTime, 60);
});

test("the clock counts minutes, seconds and tenths", () => {
  assert.equal(clockText(0), "0:00.0");
  assert.equal(clockText(65.25), "1:05.2");
  assert.equal(clockText(-1), "0:00.0");
});

test("the loudest of each column is kept, at its place in the take", () => {
  const outline = { v: 1, step_ns: 10_000_000, peaks: [-64, 32, 0, 16, -128, 127, 0, 0] };
  assert.deepEqual(loudest(outline, 0.04, 2), [0.5, 1]);
  assert.deepEqual(loudest(outline, 0.08, 4), [0.5, 1, 0, 0], "a film shorter than its take leaves the rest still");
  assert.deepEqual(loudest(outline, 0.02, 2), [0.5, 0.125], "and one that is longer is cut");
  assert.deepEqual(loudest({ v: 1, step_ns: 10_000_000, peaks: [] }, 1, 2), [0, 0]);
});

test("a time is shown in the viewer's zone, with the zone's name", () => {
  const moment = new Date("2026-11-23T20:00:00Z");
  assert.match(inZone(moment, "medium", "Europe/Vienna"), /23 Nov 2026, 21:00 (CET|GMT\+1)/);
  assert.match(inZone(moment, "day", "Pacific/Auckland"), /24 Nov 2026/);
  assert.equal(inZone(new Date("no"), "medium"), "");
});
