// Passes microphone blocks on to the voice worker, in browsers without MediaStreamTrackProcessor (exact in Firefox;
// never used in Chromium, where the Web-Audio bridge was measured to drop whole buffers in silence).

const BLOCK = 1024; // samples a message: 128 would be 375 messages a second

class Pcm extends AudioWorkletProcessor {
  #port = null;
  #planes = null;
  #filled = 0;
  #from = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      if (data.port) this.#port = data.port;
      if (data.stop) {
        this.#send();
        this.#port?.postMessage(null);
        this.#port = null;
      }
    };
  }

  process([input]) {
    if (!this.#port || input.length === 0) return true;
    if (this.#planes?.length !== input.length) {
      this.#send();
      this.#planes = input.map(() => new Float32Array(BLOCK));
    }
    if (this.#filled === 0) this.#from = currentFrame;
    input.forEach((plane, channel) => this.#planes[channel].set(plane, this.#filled));
    this.#filled += input[0].length;
    if (this.#filled >= BLOCK) this.#send();
    return true;
  }

  #send() {
    if (this.#filled === 0 || !this.#port) return;
    const planes = this.#planes.map((plane) => plane.slice(0, this.#filled));
    const timestampUs = Math.round((this.#from / sampleRate) * 1e6);
    this.#port.postMessage({ planes, rate: sampleRate, timestampUs }, planes.map((plane) => plane.buffer));
    this.#filled = 0;
  }
}

registerProcessor("yesif-pcm", Pcm);
