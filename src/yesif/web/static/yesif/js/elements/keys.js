// @ts-check
// Single-letter keys of the room (WCAG 2.1.4): each may be another letter or none, and all of them may be off. Escape, which
// cuts, is no letter and stays. What is chosen is kept in this browser.

import { tr } from "../lib/words.js";

const WORDS = { soften: tr("Soften"), pause: tr("Pause, and go on"), off: tr("Off the record, and back"), help: tr("Help") };
const FIRST = { soften: "s", pause: "p", off: "o", help: "h" };
const KEPT = "yesif.keys";

/** @typedef {keyof typeof WORDS} Action */

export class Keys {
  #place;
  /** @type {Record<string, string>} */
  #letters;

  /** @param {HTMLElement} place a <details> to draw the choices in @param {string[]} actions @param {(action: string) => void} press */
  constructor(place, actions, press) {
    this.#place = place;
    this.#letters = { ...FIRST, on: "yes", ...this.#kept() };
    this.#draw(actions);
    this.#show();
    addEventListener("keydown", (event) => {
      if (this.#letters.on !== "yes" || event.repeat || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
      const action = actions.find((one) => this.#letters[one] && this.#letters[one] === event.key.toLowerCase());
      if (action) press(action);
    });
  }

  /** @param {string[]} actions */
  #draw(actions) {
    const on = document.createElement("input");
    on.type = "checkbox";
    on.checked = this.#letters.on === "yes";
    on.addEventListener("change", () => this.#keep("on", on.checked ? "yes" : "no"));
    this.#place.append(labelled(tr("Single-letter keys work in this room"), on));
    for (const action of actions) {
      const input = document.createElement("input");
      input.maxLength = 1;
      input.size = 2;
      input.value = this.#letters[action] ?? "";
      input.addEventListener("change", () => this.#keep(action, input.value.trim().toLowerCase()));
      this.#place.append(labelled(WORDS[/** @type {Action} */ (action)], input));
    }
    const note = document.createElement("p");
    note.className = "quiet";
    note.textContent = tr("Escape always cuts. An empty field takes the key away.");
    this.#place.append(note);
  }

  /** @param {string} name @param {string} value */
  #keep(name, value) {
    this.#letters[name] = value;
    try {
      localStorage.setItem(KEPT, JSON.stringify(this.#letters));
    } catch {
      // a browser that keeps nothing: the choice holds for this visit
    }
    this.#show();
  }

  #kept() {
    try {
      return JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    } catch {
      return {};
    }
  }

  /** The letters stand on their buttons; a screen reader is told by the button's own words. */
  #show() {
    for (const kbd of document.querySelectorAll("kbd[data-key]")) {
      const letter = this.#letters.on === "yes" ? this.#letters[/** @type {HTMLElement} */ (kbd).dataset.key ?? ""] : "";
      kbd.textContent = (letter ?? "").toUpperCase();
      /** @type {HTMLElement} */ (kbd).hidden = !letter;
    }
  }
}

/** @param {EventTarget | null} target */
function typing(target) {
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}

/** @param {string} words @param {HTMLInputElement} input */
function labelled(words, input) {
  const label = document.createElement("label");
  label.className = "row";
  label.append(input, ` ${words}`);
  return label;
}
