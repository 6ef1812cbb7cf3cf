// @ts-check
// Captions of what the partner says, made in this browser: by a speech model it holds of its own, or by one the studio
// keeps and hands over. Where there is neither, that is said; no sound is ever sent to anyone to be written down, and
// nothing of it is kept.

import { tr } from "../lib/words.js";
import { CaptionEngine } from "./caption-engine.js";

const SHOWN = 160; // characters
const OFF = tr("Captions are off.");

/** @typedef {{language: string, name: string, engine: string, model: string}} Offer what the studio has for this scene's language */

export class Captions {
  /** @type {{stop: () => void, listen?: (heard: MediaStreamTrack) => Promise<void>} | null} */
  #running = null;
  #turn = 0; // each press; whoever presses again while a model loads has the last word
  #offer;

  /** @param {Offer} offer */
  constructor(offer) {
    this.#offer = offer;
  }

  get on() {
    return this.#running !== null;
  }

  /**
   * @param {MediaStreamTrack | null} heard
   * @param {(text: string) => void} show
   * @param {(said: string) => void} tell what goes on meanwhile
   * @returns {Promise<string>} what came of it, in words
   */
  async start(heard, show, tell) {
    const shown = (/** @type {string} */ text) => show(text.slice(-SHOWN));
    const turn = ++this.#turn;
    const own = await ownModel(this.#offer.language);
    if (turn !== this.#turn) return OFF;
    if (!own && !this.#offer.model)
      return tr("No captions here: neither this browser nor this studio holds a speech model for {language}, and your partner's voice is sent to nobody to be written down.", { language: this.#offer.name });
    if (!heard) return tr("Captions begin when your partner is heard: press again then.");
    if (own) this.#running = this.#ownRecogniser(own, heard, shown);
    else {
      const engine = new CaptionEngine(this.#offer.engine, shown);
      this.#running = engine;
      tell(tr("The speech model for {language} is being loaded into this browser. That can take a minute.", { language: this.#offer.name }));
      const ready = await engine.load(this.#offer.model);
      if (turn !== this.#turn) return OFF;
      if (!ready) {
        this.stop();
        return tr("No captions here: the studio's speech model for {language} does not run in this browser.", { language: this.#offer.name });
      }
      await engine.listen(heard);
    }
    return tr("Captions are on: made in this browser, shown to you alone, kept nowhere. A model mishears; ask your partner where it matters.");
  }

  /** The partner is heard through another line now. @param {MediaStreamTrack} heard */
  follow(heard) {
    void this.#running?.listen?.(heard);
  }

  stop() {
    this.#turn += 1;
    this.#running?.stop();
    this.#running = null;
    return OFF;
  }

  /** @param {any} Recogniser @param {MediaStreamTrack} heard @param {(text: string) => void} show */
  #ownRecogniser(Recogniser, heard, show) {
    const recogniser = new Recogniser();
    Object.assign(recogniser, { lang: this.#offer.language, continuous: true, interimResults: true, processLocally: true });
    recogniser.addEventListener("result", (/** @type {any} */ event) => {
      show([...event.results].map((one) => one[0].transcript).join(" "));
    });
    recogniser.addEventListener("error", () => this.stop());
    recogniser.start(heard);
    return recogniser;
  }
}

/** @param {string} language @returns {Promise<any>} the browser's own recogniser, where its model is on this machine */
async function ownModel(language) {
  const Recogniser = /** @type {any} */ (window).SpeechRecognition;
  const there = await Recogniser?.available?.({ langs: [language], processLocally: true }).catch(() => "");
  return there === "available" ? Recogniser : null;
}
