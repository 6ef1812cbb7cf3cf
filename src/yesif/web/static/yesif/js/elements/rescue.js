// @ts-check
// <yesif-rescue>: takes this browser still holds, said in words, with what can be done about each.

import { csrfToken } from "../lib/csrf.js";
import { discard, files, resume, unfinished } from "../models/rescue.js";
import { tr } from "../lib/words.js";

/** @typedef {import("../models/rescue.js").Left} Left */

class Rescue extends HTMLElement {
  async connectedCallback() {
    if (!navigator.storage?.getDirectory || !navigator.locks) return; // an old browser records nothing, so leaves nothing
    await this.show();
  }

  /** Look again and draw. */
  async show() {
    const left = await unfinished();
    this.replaceChildren(...(left.length > 0 ? [heading(left.length), list(left.map((one) => this.#item(one)))] : []));
    this.hidden = left.length === 0;
  }

  /** @param {Left} left */
  #item(left) {
    const item = document.createElement("li");
    const words = paragraph(inWords(left));
    const state = document.createElement("p");
    state.setAttribute("role", "status");
    const actions = document.createElement("p");
    actions.append(
      button(tr("Send it now"), () => this.#send(left, item, state)),
      button(tr("Save it as files"), () => save(left.take, actions)),
      button(tr("Delete it here"), () => this.#confirm(left, item, state)),
    );
    item.append(words, state, actions);
    return item;
  }

  /** @param {Left} left @param {HTMLElement} item @param {HTMLElement} state */
  async #send(left, item, state) {
    busy(item, true);
    state.textContent = tr("Sending …");
    try {
      await resume(left.take, {
        csrf: csrfToken(),
        onprogress: (sent, bytes) => (state.textContent = tr("Sent {sent} of {bytes}.", { sent: megabytes(sent), bytes: megabytes(bytes) })),
        ontrouble: (sentence) => (state.textContent = sentence),
      });
      item.replaceChildren(paragraph(tr("The studio has this take, every byte. It is gone from this computer.")));
      this.dispatchEvent(new CustomEvent("rescued", { bubbles: true, detail: { take: left.take } }));
    } catch (error) {
      state.textContent = `${sentenceOf(error)} ${tr("The take is still here; you can save it as files.")}`;
      busy(item, false);
    }
  }

  /** @param {Left} left @param {HTMLElement} item @param {HTMLElement} state */
  #confirm(left, item, state) {
    state.textContent = tr("This deletes {size} that the studio does not have. It cannot be undone.", { size: megabytes(left.bytes) });
    const yes = button(tr("Delete for good"), async () => {
      busy(item, true);
      try {
        await discard(left.take, { csrf: csrfToken() });
        await this.show();
      } catch (error) {
        state.textContent = sentenceOf(error);
        busy(item, false);
      }
    });
    const no = button(tr("Keep it"), () => {
      state.textContent = "";
      choice.remove();
    });
    const choice = document.createElement("p");
    choice.append(no, yes);
    item.append(choice);
    no.focus();
  }
}

/** @param {string} take @param {HTMLElement} place */
async function save(take, place) {
  for (const { name, file } of await files(take)) {
    const link = document.createElement("a");
    link.download = name;
    link.href = URL.createObjectURL(file);
    link.textContent = `${name} (${megabytes(file.size)})`;
    place.append(" ", link);
    link.click();
  }
}

/** @param {Left} left @returns {string} */
function inWords({ startedAt, logs, bytes }) {
  const when = startedAt ? new Date(startedAt).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }) : "";
  const names = { voice: tr("your voice"), camera: tr("your camera"), heard: tr("what you heard") };
  const kinds = logs.map(({ kind }) => /** @type {Record<string, string>} */ (names)[kind]).join(", ");
  const size = megabytes(bytes);
  if (!when) return tr("A take is not yet safe at the studio: {size} on this computer ({kinds}).", { size, kinds });
  return tr("A take of {when} is not yet safe at the studio: {size} on this computer ({kinds}).", { when, size, kinds });
}

/** @param {number} count */
function heading(count) {
  const title = document.createElement("h2");
  title.textContent = count === 1 ? tr("One take is still on this computer") : tr("{count} takes are still on this computer", { count });
  return title;
}

/** @param {HTMLElement[]} items */
function list(items) {
  const whole = document.createElement("ul");
  whole.append(...items);
  return whole;
}

/** @param {string} text */
function paragraph(text) {
  const words = document.createElement("p");
  words.textContent = text;
  return words;
}

/** @param {string} words @param {() => unknown} act */
function button(words, act) {
  const one = document.createElement("button");
  one.type = "button";
  one.textContent = words;
  one.addEventListener("click", act);
  return one;
}

/** @param {HTMLElement} item @param {boolean} yes */
function busy(item, yes) {
  for (const one of item.querySelectorAll("button")) one.disabled = yes;
}

/** @param {number} bytes @returns {string} */
function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** @param {unknown} error */
function sentenceOf(error) {
  return error instanceof Error ? error.message : tr("Something went wrong.");
}

customElements.define("yesif-rescue", Rescue);
