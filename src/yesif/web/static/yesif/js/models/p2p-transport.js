// @ts-check
// Two browsers, directly connected: perfect negotiation (W3C WebRTC 1.0, §10.7 "Perfect negotiation example"), our names.

import { clientUs } from "../lib/client-time.js";
import { LIVE } from "./room-transport.js";

const PING_MS = 2000;
const LOST_MS = 4000;
const FIRST_MS = 8000; // two that met and are not connected after this long have lost a word: it is said anew

/** @typedef {import("./room-transport.js").RoomTransport} RoomTransport */

/** @implements {RoomTransport} */
export class P2PTransport extends EventTarget {
  #iceServers;
  #say;
  /** @type {RTCPeerConnection | null} */
  #peer = null;
  #partner = ""; // the name of the page at the other end
  #polite = false;
  #greeted = false; // something has been said on this connection, by either side
  #offering = false;
  #settling = false; // an answer is being applied: the next offer does not collide with ours any more
  #ignoring = false;
  /** @type {{camera: MediaStreamTrack | null, voice: MediaStreamTrack | null}} */
  #media = { camera: null, voice: null };
  /** @type {MediaStreamTrack | null} */
  #heard = null;
  #own = new MediaStream(); // groups what we send, so that the partner's browser keeps picture and sound together
  #pinger = 0;
  #restart = 0;

  /** @param {RTCIceServer[]} iceServers @param {(message: Record<string, unknown>) => void} say over the room's socket */
  constructor(iceServers, say) {
    super();
    this.#iceServers = iceServers;
    this.#say = say;
  }

  /** @param {{camera: MediaStreamTrack | null, voice: MediaStreamTrack | null}} media */
  async send(media) {
    this.#media = media;
    if (this.#peer) await this.#attach(this.#peer);
  }

  /** @param {{page: string, polite: boolean}} partner */
  meet({ page, polite }) {
    if (this.#peer && page === this.#partner) return this.#mend(this.#peer);
    this.#part();
    this.#partner = page;
    this.#polite = polite;
    const peer = new RTCPeerConnection({ iceServers: this.#iceServers });
    this.#peer = peer;
    // Two first offers that cross leave Chromium's polite side without candidates for good (measured, Chromium 156): the
    // impolite side begins. What the polite side wants to offer, the browser asks for again after its first answer.
    this.#greeted = !polite;
    peer.addEventListener("negotiationneeded", () => this.#greeted && this.#offer(peer));
    peer.addEventListener("icecandidate", ({ candidate }) => this.#tell(peer, { candidate: candidate?.toJSON() ?? null }));
    peer.addEventListener("track", (event) => this.#receive(event));
    peer.addEventListener("connectionstatechange", () => this.#watch(peer));
    // Both sides know the channel by its number, so neither waits for the other to open it.
    this.#pingOver(peer.createDataChannel("clock", { negotiated: true, id: 0, ordered: false, maxRetransmits: 0 }));
    void this.#attach(peer);
    this.#expect(peer);
  }

  close() {
    this.#part();
  }

  heard() {
    return this.#heard?.readyState === "live" ? this.#heard : null;
  }

  /** @param {{from: string, description?: RTCSessionDescriptionInit, candidate?: RTCIceCandidateInit | null}} message */
  async hear({ from, description, candidate }) {
    const peer = this.#peer;
    if (!peer || from !== this.#partner) return; // meant for the connection before a reload
    try {
      if (description) await this.#hearDescription(peer, description);
      else if (!this.#ignoring) await peer.addIceCandidate(candidate ?? undefined);
    } catch (error) {
      // What does not fit (an answer to an offer we took back, a candidate of a line that broke) is followed by what does.
      if (!(error instanceof DOMException)) throw error;
    }
  }

  /** @param {RTCPeerConnection} peer @param {RTCSessionDescriptionInit} description */
  async #hearDescription(peer, description) {
    const free = !this.#offering && (peer.signalingState === "stable" || this.#settling);
    this.#ignoring = description.type === "offer" && !free && !this.#polite;
    if (this.#ignoring) return;
    this.#greeted = true;
    try {
      this.#settling = description.type === "answer";
      await peer.setRemoteDescription(description);
    } finally {
      this.#settling = false;
    }
    if (description.type !== "offer") return;
    await peer.setLocalDescription();
    this.#tell(peer, { description: peer.localDescription?.toJSON() });
  }

  /** @param {RTCPeerConnection} peer */
  async #offer(peer) {
    try {
      this.#offering = true;
      await peer.setLocalDescription();
      this.#tell(peer, { description: peer.localDescription?.toJSON() });
    } finally {
      this.#offering = false;
    }
  }

  /** @param {RTCPeerConnection} peer of which this is said @param {Record<string, unknown>} message */
  #tell(peer, message) {
    if (peer === this.#peer) this.#say({ to: this.#partner, ...message });
  }

  /** The same two pages meet again: what one said while the line was down is lost, so say it anew. @param {RTCPeerConnection} peer */
  #mend(peer) {
    if (peer.connectionState === "connected" && peer.signalingState === "stable") return;
    this.#expect(peer);
    this.#greeted = true;
    peer.restartIce(); // from "stable" this asks for an offer by itself
    if (peer.signalingState === "have-local-offer") void this.#offer(peer);
  }

  /** A call that does not stand in time is asked for again by the side that begins, until it does. @param {RTCPeerConnection} peer */
  #expect(peer) {
    clearTimeout(this.#restart);
    if (!this.#polite) this.#restart = window.setTimeout(() => peer === this.#peer && this.#mend(peer), FIRST_MS);
  }

  #part() {
    clearInterval(this.#pinger);
    clearTimeout(this.#restart);
    this.#peer?.close();
    this.#peer = null;
    this.#offering = this.#settling = this.#ignoring = false;
  }

  /**
   * By addTrack, not addTransceiver: only its lines are matched with those of an offer that crosses ours (JSEP §5.10).
   * @param {RTCPeerConnection} peer
   */
  async #attach(peer) {
    for (const track of [this.#media.voice, this.#media.camera]) {
      if (!track) continue;
      let sender = peer.getSenders().find((one) => one.track?.kind === track.kind);
      if (sender) await sender.replaceTrack(track);
      else sender = peer.addTrack(track, this.#own);
      if (track.kind === "video") await this.#keepSmall(sender, track);
    }
  }

  /** @param {RTCRtpSender} sender @param {MediaStreamTrack} track */
  async #keepSmall(sender, track) {
    track.contentHint = "motion";
    const parameters = sender.getParameters();
    const [encoding] = parameters.encodings;
    if (!encoding) return;
    const height = track.getSettings().height ?? LIVE.height;
    encoding.scaleResolutionDownBy = Math.max(1, height / LIVE.height);
    encoding.maxBitrate = LIVE.bitrate;
    encoding.maxFramerate = LIVE.frameRate;
    await sender.setParameters(parameters);
  }

  /** @param {RTCTrackEvent} event */
  #receive({ track, streams }) {
    if (track.kind === "audio") this.#heard = track;
    this.dispatchEvent(new CustomEvent("remote", { detail: { stream: streams[0], track } }));
  }

  /** @param {RTCPeerConnection} peer */
  #watch(peer) {
    if (peer !== this.#peer) return;
    const state = peer.connectionState;
    this.dispatchEvent(new CustomEvent("state", { detail: { connected: state === "connected" } }));
    if (state !== "connecting") clearTimeout(this.#restart);
    if (state === "failed") this.#mend(peer);
    if (state === "disconnected") this.#restart = window.setTimeout(() => peer.restartIce(), LOST_MS);
  }

  /** The two browsers' clocks against each other: the third side of the triangle with the studio's. @param {RTCDataChannel} channel */
  #pingOver(channel) {
    const send = (/** @type {unknown} */ message) => channel.readyState === "open" && channel.send(JSON.stringify(message));
    const ns = () => `${clientUs()}000`;
    channel.addEventListener("open", () => {
      this.#pinger = window.setInterval(() => send({ t0: clientUs() }), PING_MS);
    });
    channel.addEventListener("message", ({ data }) => {
      const arrived = clientUs();
      const { t0, t1, t2 } = JSON.parse(data);
      if (t1 === undefined) send({ t0, t1: `${arrived}000`, t2: ns() });
      else this.dispatchEvent(new CustomEvent("ping", { detail: { ping: ["dc", t0, t1, t2, arrived] } }));
    });
  }
}
