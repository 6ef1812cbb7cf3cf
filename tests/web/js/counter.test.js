// The counter of paid minutes: it runs on from what the server said, and stands where the server says so.

import assert from "node:assert/strict";
import { test } from "node:test";

import { minutes } from "../../../src/yesif/web/static/yesif/js/lib/minutes.js";
import { Counter } from "../../../src/yesif/web/static/yesif/js/models/counter.js";

test("a length is said as the server says it", () => {
  assert.equal(minutes(2_530_000), "42 min 10 s");
  assert.equal(minutes(0), "0 min 0 s");
  assert.equal(minutes(3_661_000), "1 h 1 min");
});

test("it runs on from the server's figure, and is put right by the next", () => {
  let at = 0, shown = "";
  const counter = new Counter((words) => (shown = words), () => at);
  counter.hear({ words: "42 min 10 s counted", ms: 2_530_000, goes_on: true });
  assert.equal(shown, "42 min 10 s counted, paid");
  at = 7_900;
  counter.tick();
  assert.equal(shown, "42 min 17 s counted, paid");
  counter.hear({ words: "42 min 15 s counted", ms: 2_535_000, goes_on: true });
  assert.equal(shown, "42 min 15 s counted, paid");
  counter.stop();
});

test("it stands where nothing is counted, and says why", () => {
  let at = 0, shown = "";
  const counter = new Counter((words) => (shown = words), () => at);
  counter.hear({ words: "90 min 0 s counted; the booked time is over", ms: 5_400_000, goes_on: false });
  at = 60_000;
  counter.tick();
  assert.equal(shown, "90 min 0 s counted; the booked time is over, paid");
  counter.stop();
});
