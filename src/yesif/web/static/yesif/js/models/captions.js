// @ts-check
// Captions of what the partner says, made by a speech model that is in this browser already. Where there is none, that is
// said; nothing is ever sent to anyone to be written down, and nothing of it is kept.

import { tr } from "../lib/words.js";

const ABSENT = tr("No captions here: this browser holds no speech model of its own, and the studio sends your partner's voice to nobody.");
const SHOWN = 160; // characters

export class Captions {
  /** @type {any} */
  #recogniser = null;

  get on() {
    return this.#recogniser !== null;
  }

  /** @param {MediaStreamTrack | null} heard @param {(text: string) => void} show @returns {Promise<string>} what came of it, in words */
  async start(heard, show) {
    const Recogniser = /** @type {any} */ (window).SpeechRecognition;
    const lang = document.documentElement.lang || "en";
    const there = await Recogniser?.available?.({ langs: [lang], processLocally: true }).catch(() => "");
    if (there !== "available") return ABSENT;
    if (!heard) return tr("Captions begin when your partner is heard.");
    const recogniser = new Recogniser();
    Object.assign(recogniser, { lang, continuous: true, interimResults: true, processLocally: true });
    recogniser.addEventListener("result", (/** @type {any} */ event) => {
      const said = [...event.results].map((one) => one[0].transcript).join(" ");
      show(said.slice(-SHOWN));
    });
    recogniser.addEventListener("error", () => this.stop());
    recogniser.start(heard);
    this.#recogniser = recogniser;
    return tr("Captions are on: made in this browser, shown to you alone, kept nowhere.");
  }

  stop() {
    this.#recogniser?.stop();
    this.#recogniser = null;
    return tr("Captions are off.");
  }
}
