// @ts-check
// The room's page: brings together the line to the studio, the line to the partner, the clock and the recorder.

import { examine, openDevices } from "./elements/device-check.js";
import { Meter } from "./elements/meter.js";
import { Keys } from "./elements/keys.js";
import { draw, drawSaving, drawTime, part, say } from "./elements/room-view.js";
import { clientUs } from "./lib/client-time.js";
import { Captions } from "./models/captions.js";
import { StudioClock } from "./models/clock.js";
import { Counter } from "./models/counter.js";
import { P2PTransport } from "./models/p2p-transport.js";
import { Signal } from "./models/signal.js";
import { StillPicture } from "./models/still-picture.js";
import { Takes } from "./models/takes.js";
import { tr } from "./lib/words.js";

/** @typedef {import("./elements/room-view.js").RoomState} RoomState */

class Room {
  #clock = new StudioClock();
  #signal;
  #transport;
  #takes = new Takes(this.#clock);
  /** @type {RoomState | null} */
  #state = null;
  /** @type {import("./elements/device-check.js").Devices | null} */
  #devices = null;
  #checking = false;
  #checked = false;
  #here = false;
  #meter = new Meter(part("meter"));
  /** @type {StillPicture | null} on a slow line */
  #still = null;
  #captions;
  #counter = new Counter((words) => say("counted", words));

  /** @param {HTMLElement} root */
  constructor(root) {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.#captions = new Captions(JSON.parse(root.dataset.captions ?? "{}"));
    this.#signal = new Signal(`${scheme}://${location.host}/ws/room/${root.dataset.session}`);
    this.#transport = new P2PTransport(JSON.parse(root.dataset.ice ?? "[]"), (message) =>
      this.#signal.send({ type: "signal", ...message }));
    this.#takes.addEventListener("saving", (event) => drawSaving(/** @type {CustomEvent} */ (event).detail));
    this.#takes.addEventListener("fault", (event) => say("fault", /** @type {CustomEvent} */ (event).detail.sentence));
  }

  start() {
    this.#listen();
    this.#buttons();
    this.#signal.open();
    setInterval(() => this.#tick(), 200);
  }

  #listen() {
    /** @param {string} type @param {(detail: any) => void} what */
    const on = (type, what) => this.#signal.addEventListener(type, (event) => what(/** @type {CustomEvent} */ (event).detail));
    on("open", () => {
      say("line", "");
      this.#clock.start((t0) => this.#signal.send({ type: "ping", t0 }));
    });
    on("down", () => {
      this.#counter.stop();
      this.#clock.stop();
      // A cut that waits for the line stays said: each further try to reach the studio comes through here too.
      if (!this.#signal.owes("cut")) say("line", tr("The line to the studio is down; it is being restored. Recording goes on."));
    });
    on("closed", ({ sentence }) => {
      this.#counter.stop();
      this.#clock.stop();
      this.#transport.close();
      say("line", sentence);
    });
    on("pong", ({ t0, t1, t2 }) => this.#clock.add(t0, t1, t2, clientUs()));
    on("here", ({ page, polite }) => {
      this.#here = true;
      this.#transport.meet({ page, polite });
      this.#draw();
    });
    on("went", () => {
      this.#here = false;
      this.#draw();
    });
    on("signal", (message) => void this.#transport.hear(message));
    on("state", (state) => this.#moved(state));
    on("counted", (said) => this.#counter.hear(said));
    on("cut", ({ take, cut_ns, played }) => this.#cut(take, cut_ns, played));
    on("refused", ({ sentence }) => say("refused", sentence));
    on("helped", () => say("helped", tr("Somebody at the care desk has been called and answers within 5 minutes. You may pause, cut or leave meanwhile; your partner is not told.")));
    on("left", ({ cool_down_s }) => this.#leftForGood(cool_down_s));
    this.#transport.addEventListener("remote", (event) => {
      const { stream, track } = /** @type {CustomEvent} */ (event).detail;
      this.#show(stream);
      if (track.kind !== "audio") return;
      void this.#takes.hear(track);
      this.#captions.follow(track);
    });
    this.#transport.addEventListener("ping", (event) => this.#clock.addOther(/** @type {CustomEvent} */ (event).detail.ping));
    this.#transport.addEventListener("state", (event) => {
      const { connected } = /** @type {CustomEvent} */ (event).detail;
      document.body.dataset.call = connected ? "yes" : "no";
      say("call", connected ? "" : tr("The picture is being restored."));
    });
  }

  #buttons() {
    part("room").addEventListener("click", () => say("refused", ""), { capture: true });
    part("check").addEventListener("click", () => this.#check());
    part("ready").addEventListener("click", () =>
      this.#signal.send({ type: "ready", ready: !this.#state?.you.ready }));
    part("cut").addEventListener("click", () => this.#callCut());
    part("next").addEventListener("click", () =>
      this.#signal.send({ type: "next", after: this.#state?.card?.order ?? 0 }));
    part("leave").addEventListener("click", () => this.#signal.sendSurely({ type: "leave" }));
    part("end").addEventListener("click", () => this.#signal.sendSurely({ type: "end" }));
    part("swap").addEventListener("click", () =>
      this.#signal.send({ type: "swap", after: this.#state?.card?.order ?? 0 }));
    part("another").addEventListener("click", () => this.#signal.sendSurely({ type: "another" }));
    part("thin").addEventListener("click", () => void this.#thin());
    part("captions-on").addEventListener("click", () => void this.#caption());
    const marks = {
      soften: () => this.#signal.sendSurely({ type: "soften" }),
      pause: () => this.#signal.sendSurely({ type: this.#state?.stands.paused.you ? "resume" : "pause" }),
      off: () => this.#signal.sendSurely({ type: this.#state?.stands.off.you ? "on" : "off" }),
      help: () => this.#signal.sendSurely({ type: "help" }),
    };
    for (const [id, press] of Object.entries(marks)) part(id).addEventListener("click", press);
    new Keys(part("keys"), Object.keys(marks), (id) => part(id).click());
    // One key cuts, wherever the focus is, but never while someone types or holds another key.
    addEventListener("keydown", (event) => {
      const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
      if (event.key !== "Escape" || typing || event.ctrlKey || event.altKey || event.metaKey) return;
      if (this.#rolls()) this.#callCut();
    });
  }

  #rolls() {
    return this.#state?.phase === "playing" || this.#state?.phase === "countdown";
  }

  #callCut() {
    if (this.#signal.sendSurely({ type: "cut" })) return;
    say("line", tr("The line to the studio is down. Your cut is sent as soon as it is back; stop playing now."));
  }

  async #check() {
    if (this.#checking) return;
    this.#checking = true;
    const button = /** @type {HTMLButtonElement} */ (part("check"));
    button.disabled = true;
    say("check-state", tr("Checking. Please say a few words."));
    try {
      if (!this.#devices || !live(this.#devices)) this.#devices = await openDevices(); // one may have been unplugged
      const { camera, voice, call } = this.#devices;
      /** @type {HTMLVideoElement} */ (part("self")).srcObject = new MediaStream([camera]);
      this.#meter.watch(voice);
      await this.#transport.send({ camera: this.#still?.follow(camera) ?? camera, voice: call });
      this.#record();
      const { rows, found } = await examine(this.#devices);
      part("check-found").replaceChildren(...rows.map(({ ok, text }) => {
        const row = document.createElement("li");
        row.textContent = `${ok ? "✓" : "!"} ${text}`;
        row.className = ok ? "good" : "warn";
        return row;
      }));
      this.#signal.send({ type: "check", found });
      say("check-state", tr("Checked."));
      document.body.dataset.checked = "yes";
      this.#checked = true;
      this.#draw();
    } catch (error) {
      this.#devices = null;
      this.#checked = false;
      say("check-state", error instanceof Error ? error.message : tr("The check did not work; try again."));
    } finally {
      this.#checking = false;
      button.disabled = false;
    }
  }

  /** @param {RoomState} state */
  #moved(state) {
    this.#state = state;
    this.#draw();
    if (state.moved_to) {
      say("waits", tr("You are paired with somebody else who is here; this page takes you to them."));
      location.assign(`/room/${state.moved_to}`);
    }
    this.#record();
    if (state.over) this.#cut(state.over.take, state.over.cut_ns, state.over.played); // the line may have been down at the cut
  }

  /** Record the take that rolls. This page may have been reloaded in mid-scene: then nobody should have to ask for it. */
  #record() {
    const take = this.#state?.take;
    if (!take || !this.#state) return;
    if (!this.#devices) return void this.#check();
    const { camera, voice } = this.#devices;
    const actionNs = BigInt(this.#state.opened_ns) + BigInt(take.action_ns);
    void this.#takes.begin(take, actionNs, { camera, voice, heard: this.#transport.heard() });
  }

  #draw() {
    if (this.#state) draw(this.#state, { checked: this.#checked, here: this.#here });
  }

  /** @param {string} take @param {string} cutNs session clock @param {boolean} played */
  #cut(take, cutNs, played) {
    if (!this.#state) return;
    void this.#takes.end(take, BigInt(this.#state.opened_ns) + BigInt(cutNs), played);
  }

  /** On a slow line the partner gets a still picture now and then; what is recorded here does not change. */
  async #thin() {
    this.#still?.stop();
    this.#still = this.#still ? null : new StillPicture();
    const thin = Boolean(this.#still);
    part("thin").setAttribute("aria-pressed", String(thin));
    say("thin-words", thin ? tr("Send moving pictures again") : tr("My line is slow"));
    document.body.dataset.thin = thin ? "yes" : "no";
    if (!this.#devices) return;
    const { camera, call } = this.#devices;
    await this.#transport.send({ camera: this.#still?.follow(camera) ?? camera, voice: call });
  }

  async #caption() {
    const heard = this.#transport.heard();
    const tell = (/** @type {string} */ said) => {
      say("captions-state", said);
      part("captions").hidden = !this.#captions.on;
      part("captions-on").setAttribute("aria-pressed", String(this.#captions.on));
    };
    if (this.#captions.on) tell(this.#captions.stop());
    else tell(await this.#captions.start(heard, (text) => say("captions", text), tell));
  }

  /** @param {number} coolDownS */
  #leftForGood(coolDownS) {
    this.#signal.close();
    this.#transport.close();
    this.#clock.stop();
    this.#counter.stop();
    document.body.dataset.phase = "left";
    const minutes = Math.round(coolDownS / 60);
    say("phase", tr("You left the room. Your time is counted; no reason is asked."));
    say("stands", minutes ? tr("Take {minutes} minutes to come down. They are paid, whether you sit them or not.", { minutes }) : "");
    part("curtain").hidden = false;
    for (const id of ["ready", "end", "cut", "soften", "pause", "off", "swap", "next", "help", "leave", "check"])
      part(id).setAttribute("disabled", "");
  }

  /** @param {MediaStream} stream */
  #show(stream) {
    const video = /** @type {HTMLVideoElement} */ (part("partner"));
    if (video.srcObject !== stream) video.srcObject = stream;
  }

  #tick() {
    const take = this.#state?.take;
    if (!this.#rolls() || !this.#state || !take) return say("time", "");
    const actionNs = BigInt(this.#state.opened_ns) + BigInt(take.action_ns);
    drawTime(Number(this.#clock.studioNs() - actionNs) / 1e9);
  }
}

/** @param {import("./elements/device-check.js").Devices} devices */
function live(devices) {
  return [devices.camera, devices.voice, devices.call].every(({ readyState }) => readyState === "live");
}

new Room(part("room")).start();
