import assert from "node:assert/strict";
import { test } from "node:test";
import { CameraSource } from "../../../src/yesif/web/static/yesif/js/workers/camera-source.js";
import { FrameLosses } from "../../../src/yesif/web/static/yesif/js/workers/frame-losses.js";
import { GapWatch } from "../../../src/yesif/web/static/yesif/js/workers/gap-watch.js";
import { candidates } from "../../../src/yesif/web/static/yesif/js/workers/video-codecs.js";

const FRAME_US = 33_333;

/** An encoder with switches: it can stall, die, or fall behind. */
class FakeEncoder {
  static all = [];
  static stalled = false;
  state = "unconfigured";
  encodeQueueSize = 0;

  constructor({ output }) {
    this.output = output;
    FakeEncoder.all.push(this);
  }

  static async isConfigSupported(config) {
    return { supported: config.codec === "avc1.42E01F" && config.hardwareAcceleration === "no-preference" };
  }

  configure(config) {
    this.config = config;
    this.state = "configured";
  }

  encode({ timestamp }, { keyFrame }) {
    if (FakeEncoder.stalled) {
      this.encodeQueueSize += 1;
      return;
    }
    const chunk = { timestamp, type: keyFrame ? "key" : "delta", byteLength: 3, copyTo() {} };
    const decoderConfig = { codec: this.config.codec, codedWidth: 1280, codedHeight: 720, description: new Uint8Array(4) };
    this.output(chunk, keyFrame ? { decoderConfig } : undefined);
  }

  async flush() {}

  close() {
    this.state = "closed";
  }
}

/** What would be in the log. */
class Log {
  records = [];
  notes = [];
  configs = [];
  append(type, _payload, stamp) {
    this.records.push({ type, ...stamp });
  }
  say(_type, value) {
    this.configs.push(value);
  }
  note(what, more) {
    this.notes.push({ what, ...more });
  }
}

/** A camera the test turns by hand. */
function camera({ actionUs = null } = {}) {
  globalThis.VideoEncoder = FakeEncoder;
  FakeEncoder.all = [];
  FakeEncoder.stalled = false;
  const [log, told] = [new Log(), []];
  const source = new CameraSource({ log, header: () => {}, tell: (message) => told.push(message), actionUs });
  const frames = [];
  let closed = 0;
  let give = () => {};
  const reader = {
    async read() {
      if (frames.length === 0) await new Promise((resolve) => (give = resolve));
      return frames.shift();
    },
  };
  const running = source.run(reader);
  return {
    log, told, source, running,
    closed: () => closed,
    async frame(timestamp) {
      frames.push({ done: false, value: { timestamp, displayWidth: 1280, displayHeight: 720, close: () => (closed += 1) } });
      give();
      await new Promise((resolve) => setTimeout(resolve, 0));
    },
    async end() {
      frames.push({ done: true });
      give();
      await running;
      return source.finish();
    },
  };
}

test("every frame is counted, written once and closed", async () => {
  const one = camera();
  for (let n = 0; n < 40; n++) await one.frame(n * FRAME_US);
  const ledger = await one.end();
  assert.deepEqual([ledger.frames_in, ledger.frames_encoded, ledger.frames_written, ledger.frames_dropped], [40, 40, 40, 0]);
  assert.equal(one.closed(), 40);
  assert.equal(one.log.configs.length, 1);
  assert.equal(one.log.records[0].flags, 1);
});

test("an encoder that falls silent is replaced within a second, with a key frame and a note", async () => {
  const one = camera();
  await one.frame(0);
  FakeEncoder.stalled = true;
  for (let n = 1; n < 5; n++) await one.frame(n * FRAME_US);
  const began = Date.now();
  while (FakeEncoder.all.length === 1 && Date.now() - began < 3000) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    one.source.watch();
  }
  assert.ok(Date.now() - began < 1100);
  FakeEncoder.stalled = false;
  await one.frame(40 * FRAME_US);
  const ledger = await one.end();
  assert.equal(ledger.restarts, 1);
  assert.equal(one.log.notes[0].what, "encoder-restarted");
  assert.equal(one.log.records.at(-1).flags, 1);
  assert.deepEqual([ledger.frames_in, ledger.frames_written, ledger.frames_dropped], [6, 2, 4]);
});

test("an encoder the browser took away is replaced at the next look", async () => {
  const one = camera();
  await one.frame(0);
  FakeEncoder.all[0].close();
  await one.frame(FRAME_US);
  one.source.watch();
  await one.frame(2 * FRAME_US);
  const ledger = await one.end();
  assert.deepEqual([ledger.restarts, ledger.frames_dropped, ledger.frames_written], [1, 1, 2]);
  assert.equal(one.log.records.at(-1).flags, 1);
});

test("an encoder that is behind drops frames, and every one is listed", async () => {
  const one = camera();
  FakeEncoder.stalled = true;
  for (let n = 0; n < 12; n++) await one.frame(n * FRAME_US);
  one.source.watch();
  const listed = one.log.notes.filter((note) => note.what === "lost-frames").flatMap((note) => note.losses);
  assert.deepEqual(listed.map((loss) => loss.timestamp_us), [8, 9, 10, 11].map((n) => n * FRAME_US));
  const ledger = await one.end();
  assert.equal(ledger.frames_in, ledger.frames_written + ledger.frames_dropped);
  assert.deepEqual(one.told[0].lost.frames, 4);
});

test("the first frame from action on is a key frame", async () => {
  const now = (performance.timeOrigin + performance.now()) * 1000;
  const one = camera({ actionUs: now + 60_000 });
  for (let n = 0; n < 10; n++) {
    await one.frame(n * FRAME_US);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  const keys = one.log.records.filter((record) => record.flags === 1);
  assert.equal(keys.length, 2);
  assert.ok(keys[1].arrivalUs >= now + 60_000);
  await one.end();
});

test("a hole in the camera's timestamps is listed with its length, a slower camera is not", () => {
  const log = new Log();
  const losses = new FrameLosses(log, () => {});
  for (let n = 0; n < 20; n++) losses.saw(n * FRAME_US);
  losses.saw(23 * FRAME_US);
  losses.write(0);
  assert.deepEqual(log.notes[0].losses, [{ why: "camera", timestamp_us: 19 * FRAME_US, frames: 3 }]);
  for (let n = 0; n < 60; n++) losses.saw(23 * FRAME_US + (n + 1) * 1.4 * FRAME_US);
  assert.equal(losses.missed, 3);
});

test("samples that went missing are noticed within four seconds, a late block is not a gap", () => {
  const watch = new GapWatch();
  let [now, found] = [1e15, null];
  for (let block = 0; block < 500; block++) found ??= watch.count(480, 48000, (now += 10_000) + (block % 50 === 7 ? 90_000 : 0));
  assert.equal(found, null);
  now += 300_000; // 0.3 s of sound was lost
  for (let block = 0; block < 400; block++) found ??= watch.count(480, 48000, (now += 10_000));
  assert.ok(Math.abs(found.missing_us - 300_000) < 5_000);
});

test("a device clock that drifts by 200 ppm is no gap", () => {
  const watch = new GapWatch();
  let now = 1e15;
  for (let block = 0; block < 60_000; block++) assert.equal(watch.count(480, 48000, (now += 10_002)), null);
});

test("H.264 comes first, and what is beyond 720p asks for a level that holds it", () => {
  assert.equal(candidates(1280, 720)[0].config.codec, "avc1.42E01F");
  assert.equal(candidates(1280, 720).at(-1).codec, "vp8");
  assert.ok(candidates(1920, 1080).every(({ config }) => config.codec !== "avc1.42E01F"));
});
