// @ts-check
// Shows how loud the microphone is, as a bar and, for those who read, in words.

const EVERY_MS = 100;

export class Meter {
  #bar;
  /** @type {AudioContext | null} */
  #audio = null;
  #timer = 0;

  /** @param {HTMLElement} bar a <meter> from −60 to 0 dB */
  constructor(bar) {
    this.#bar = /** @type {HTMLMeterElement} */ (bar);
  }

  /** Follow this microphone instead of the last one. @param {MediaStreamTrack} voice */
  watch(voice) {
    clearInterval(this.#timer);
    void this.#audio?.close();
    this.#audio = new AudioContext();
    const analyser = this.#audio.createAnalyser();
    this.#audio.createMediaStreamSource(new MediaStream([voice])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = window.setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 1e-3);
      this.#bar.value = 20 * Math.log10(peak);
    }, EVERY_MS);
  }
}
