// Two transports over a slow line, between peers that negotiate as browsers do (JSEP, as far as offers and answers go):
// whatever crosses, both end stable, and each receives what the other sends.

import assert from "node:assert/strict";
import { test } from "node:test";

globalThis.MediaStream = class {};
const waits = []; // what the page would do after some seconds, if nothing came of it before
globalThis.window = { setTimeout: (run) => waits.push(run), setInterval: () => 0 };
const { P2PTransport } = await import("../../../src/yesif/web/static/yesif/js/models/p2p-transport.js");

/** Offers, answers and rollback; every step takes a while. A description says which kinds its side sends. */
class Peer extends EventTarget {
  static all = [];
  static random = Math.random;
  signalingState = "stable";
  connectionState = "new";
  localDescription = null;
  received = new Set();
  #senders = [];
  #lines = new Set();
  #sent = "";
  #chain = Promise.resolve();
  #asked = false;

  constructor() {
    super();
    Peer.all.push(this);
  }

  createDataChannel() {
    return new EventTarget();
  }

  addTrack(track) {
    const sender = { track, replaceTrack: async () => {}, getParameters: () => ({ encodings: [] }) };
    this.#senders.push(sender);
    this.#ask();
    return sender;
  }

  getSenders() {
    return this.#senders;
  }

  restartIce() {
    this.#sent = "restart";
    this.#ask();
  }

  setLocalDescription() {
    return this.#step(() => {
      const kinds = this.#kinds();
      if (this.signalingState === "have-remote-offer") {
        const answered = kinds.filter((kind) => this.#lines.has(kind));
        this.#sent = answered.join();
        this.#describe("answer", answered, "stable");
      } else this.#describe("offer", kinds, "have-local-offer");
    });
  }

  setRemoteDescription({ type, sdp }) {
    return this.#step(() => {
      if (type === "answer") {
        if (this.signalingState !== "have-local-offer") throw new DOMException("no offer", "InvalidStateError");
        this.#sent = this.localDescription.sdp;
      }
      for (const kind of sdp.split(",").filter(Boolean)) {
        this.#lines.add(kind);
        this.received.add(kind);
      }
      this.signalingState = type === "offer" ? "have-remote-offer" : "stable";
    });
  }

  async addIceCandidate() {}

  close() {
    this.signalingState = "closed";
  }

  #kinds() {
    return this.#senders.map(({ track }) => track.kind).sort();
  }

  #describe(type, kinds, state) {
    const description = { type, sdp: kinds.join() };
    this.localDescription = { ...description, toJSON: () => description };
    this.signalingState = state;
  }

  #step(what) {
    this.#chain = this.#chain.catch(() => {}).then(async () => {
      await after(Peer.random() < 0.25 ? 40 : 2); // now and then a busy machine
      if (this.signalingState === "closed") return;
      what();
      this.#ask();
    });
    return this.#chain;
  }

  #ask() {
    if (this.#asked) return;
    this.#asked = true;
    setTimeout(() => {
      this.#asked = false;
      const wanted = this.#sent !== this.#kinds().join();
      if (this.signalingState === "stable" && wanted) this.dispatchEvent(new Event("negotiationneeded"));
    });
  }
}
globalThis.RTCPeerConnection = Peer;

const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const track = (kind) => ({ kind, readyState: "live", getSettings: () => ({ height: 720 }) });
const media = () => ({ camera: track("video"), voice: track("audio") });

/** The same dice for the same seed. */
function dice(seed) {
  let state = seed * 7919 + 1;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** A line that keeps the order and takes its time; while `cut.off`, what is said is lost. */
function line(from, hear, random, cut) {
  let last = Promise.resolve();
  return ({ to: _to, ...message }) => {
    if (cut.off) return;
    const delay = after(random() * 4);
    last = last.then(() => delay).then(() => void hear({ ...message, from }));
  };
}

function pair(random) {
  const cut = { off: false };
  Peer.all = [];
  Peer.random = random;
  const ana = new P2PTransport([], line("ana", (message) => bo.hear(message), random, cut));
  const bo = new P2PTransport([], line("bo", (message) => ana.hear(message), random, cut));
  return { ana, bo, cut };
}

async function settled(peers) {
  for (let turn = 0; turn < 200; turn++) {
    await after(5);
    if (peers.every((peer) => peer.signalingState === "stable" && peer.received.size === 2)) return;
  }
  assert.fail(peers.map((peer) => `${peer.signalingState} received ${[...peer.received]}`).join(" · "));
}

test("whatever crosses, both receive picture and sound", async () => {
  await Promise.all(Array.from({ length: 120 }, async (_, seed) => {
    const random = dice(seed);
    const { ana, bo } = pair(random);
    ana.meet({ page: "bo", polite: false });
    bo.meet({ page: "ana", polite: true });
    const peers = [...Peer.all];
    await Promise.all([ana, bo].map(async (one) => {
      await after(random() * 60);
      await one.send(media());
    }));
    await settled(peers);
  }));
});

test("what was lost while the line was down is said anew when the same pages meet again", async () => {
  await Promise.all(Array.from({ length: 60 }, async (_, seed) => {
    const random = dice(seed + 100);
    const { ana, bo, cut } = pair(random);
    ana.meet({ page: "bo", polite: false });
    bo.meet({ page: "ana", polite: true });
    const peers = [...Peer.all];
    await after(random() * 20);
    cut.off = true;
    await Promise.all([ana.send(media()), bo.send(media())]);
    await after(20);
    cut.off = false;
    ana.meet({ page: "bo", polite: false });
    bo.meet({ page: "ana", polite: true });
    await settled(peers);
  }));
});

test("a call whose first offer was lost is asked for again by the side that begins, and by that side alone", async () => {
  const { ana, bo, cut } = pair(dice(4));
  const before = waits.length;
  cut.off = true;
  ana.meet({ page: "bo", polite: false });
  bo.meet({ page: "ana", polite: true });
  const peers = [...Peer.all];
  await Promise.all([ana.send(media()), bo.send(media())]);
  await after(100);
  cut.off = false;
  assert.equal(peers[0].signalingState, "have-local-offer");
  assert.equal(waits.length, before + 1);
  waits.at(-1)();
  await settled(peers);
});

test("a connected call is left alone when a line to the studio comes back, and rebuilt for a new page", async () => {
  const { ana } = pair(dice(1));
  ana.meet({ page: "bo", polite: false });
  const [first] = Peer.all;
  first.connectionState = "connected";
  ana.meet({ page: "bo", polite: false });
  assert.equal(Peer.all.length, 1);
  ana.meet({ page: "bo-after-a-reload", polite: false });
  assert.equal(Peer.all.length, 2);
  assert.equal(first.signalingState, "closed");
});

test("what a page of before says is not heard", async () => {
  const { ana } = pair(dice(2));
  ana.meet({ page: "bo", polite: true });
  await ana.hear({ from: "bo-before", description: { type: "offer", sdp: "audio" } });
  assert.equal(Peer.all[0].signalingState, "stable");
});

test("an answer to nothing, or a candidate that fits nothing, breaks nothing", async () => {
  const { ana } = pair(dice(3));
  ana.meet({ page: "bo", polite: true });
  await ana.hear({ from: "bo", description: { type: "answer", sdp: "audio" } });
  assert.equal(Peer.all[0].signalingState, "stable");
});
