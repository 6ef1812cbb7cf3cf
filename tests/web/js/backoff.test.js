import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "../../../src/yesif/web/static/yesif/js/lib/backoff.js";

test("delays double and stop at two seconds", () => {
  const backoff = new Backoff({ random: () => 1 });
  assert.deepEqual([1, 2, 3, 4, 5, 6].map(() => backoff.next()), [200, 400, 800, 1600, 2000, 2000]);
});

test("no delay is ever longer than the cap or shorter than half its step", () => {
  for (const random of [0, 0.3, 0.999]) {
    const backoff = new Backoff({ random: () => random });
    for (let turn = 0; turn < 50; turn++) {
      const delay = backoff.next();
      assert.ok(delay <= 2000 && delay >= 100);
    }
  }
});

test("after success it begins small", () => {
  const backoff = new Backoff({ random: () => 1 });
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.equal(backoff.next(), 200);
});

test("hurrying ends the wait at once", async () => {
  const backoff = new Backoff({ first: 60_000, cap: 60_000 });
  const began = Date.now();
  const waiting = backoff.wait();
  backoff.hurry();
  await waiting;
  assert.ok(Date.now() - began < 1000);
});

test("a server's own wish is kept", async () => {
  const backoff = new Backoff({ first: 1, cap: 1 });
  const began = Date.now();
  await backoff.wait(60);
  assert.ok(Date.now() - began >= 55);
});
