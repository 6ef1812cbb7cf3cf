// @ts-check
// A speech model that the studio keeps, run in this browser: sound goes into a worker here, words come out, and nothing
// leaves the machine. The worker is Vosk's (docs/decisions/0045), and speaks its messages.

const WORKLET = new URL("../worklets/pcm-worklet.js", import.meta.url);
const PIECE_S = 0.2; // of sound a message
const LATE = 20; // messages unanswered: a machine that is slower than speech skips sound rather than fall behind
const FULL_SCALE = 0x8000; // the engine wants the numbers of 16-bit samples
const ID = "room";

export class CaptionEngine {
  #worker;
  /** @type {AudioContext | null} */
  #context = null;
  #show;
  #waiting = 0;
  #rate = 0;
  #said = "";

  /** @param {string} address of the worker @param {(text: string) => void} show what was said so far */
  constructor(address, show) {
    this.#worker = new Worker(address);
    this.#show = show;
  }

  /** @param {string} model its address @returns {Promise<boolean>} whether the model is ready */
  load(model) {
    return new Promise((resolve) => {
      this.#worker.addEventListener("error", () => resolve(false), { once: true });
      this.#worker.addEventListener("message", ({ data }) => {
        if (data?.event === "load") resolve(Boolean(data.result));
        else if (data?.recognizerId === ID) this.#heard(data);
        else if (data?.event === "error") resolve(false);
      });
      this.#worker.postMessage({ action: "load", modelUrl: model });
    });
  }

  /** @param {MediaStreamTrack} track the partner's voice */
  async listen(track) {
    await this.#context?.close();
    const context = new AudioContext();
    this.#context = context;
    await context.audioWorklet.addModule(WORKLET);
    const source = context.createMediaStreamSource(new MediaStream([track]));
    const node = new AudioWorkletNode(context, "yesif-pcm", { numberOfOutputs: 1 });
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = ({ data }) => data && this.#gather(data.planes[0], data.rate);
    node.port.postMessage({ port: port1 }, [port1]);
    source.connect(node).connect(context.destination); // silent: the worklet writes no output, but must be pulled
    await context.resume();
  }

  stop() {
    void this.#context?.close();
    this.#context = null;
    this.#worker.terminate();
  }

  /** @type {Float32Array[]} */
  #held = [];

  /** @param {Float32Array} samples @param {number} rate */
  #gather(samples, rate) {
    if (rate !== this.#rate) this.#begin(rate);
    this.#held.push(samples);
    const count = this.#held.reduce((sum, one) => sum + one.length, 0);
    if (count < rate * PIECE_S) return;
    const piece = new Float32Array(count);
    let at = 0;
    for (const one of this.#held) {
      piece.set(one, at);
      at += one.length;
    }
    this.#held = [];
    if (this.#waiting >= LATE) return;
    this.#waiting += 1;
    const scaled = piece.map((value) => value * FULL_SCALE);
    this.#worker.postMessage({ action: "audioChunk", recognizerId: ID, data: scaled, sampleRate: rate }, [scaled.buffer]);
  }

  /** @param {number} rate */
  #begin(rate) {
    if (this.#rate === 0) this.#worker.postMessage({ action: "create", recognizerId: ID, sampleRate: rate });
    this.#rate = rate; // another rate later: the engine begins anew by itself
  }

  /** @param {{event: string, result?: {text?: string, partial?: string}}} message */
  #heard({ event, result }) {
    this.#waiting = Math.max(0, this.#waiting - 1);
    if (event === "result" && result?.text) this.#said = `${this.#said} ${result.text}`.trim().slice(-400);
    this.#show(`${this.#said} ${result?.partial ?? ""}`.trim());
  }
}
