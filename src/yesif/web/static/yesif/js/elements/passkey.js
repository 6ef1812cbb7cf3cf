// @ts-check
/** Sign in by passkey, or make one: `<button data-passkey="sign-in|add">`. Without scripts the letter with a link stays. */

import { csrfToken } from "../lib/csrf.js";
import { forBrowser, forServer } from "../lib/webauthn.js";
import { tr } from "../lib/words.js";

/** @param {string} address @param {object} [body] */
async function post(address, body = {}) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrfToken() },
    body: JSON.stringify(body),
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.said || tr("It did not work. Use the letter."));
  return said;
}

/** @param {HTMLElement} button */
async function run(button) {
  const adding = button.dataset.passkey === "add";
  const from = adding ? "/passkeys/" : "/passkey/";
  const options = forBrowser(await post(`${from}options`));
  const made = adding ? await navigator.credentials.create(options) : await navigator.credentials.get(options);
  const name = /** @type {HTMLInputElement | null} */ (document.querySelector("#passkey-name"));
  const said = await post(`${from}${adding ? "add" : "sign-in"}`, {
    credential: forServer(/** @type {PublicKeyCredential} */ (made)),
    name: name ? name.value : "",
    next: button.dataset.next || "/",
  });
  location.assign(said.next);
}

for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-passkey]"))) {
  if (!window.PublicKeyCredential) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    const said = document.querySelector("#passkey-said");
    run(button).catch((wrong) => {
      if (said) said.textContent = wrong.name === "NotAllowedError" ? tr("Stopped. Nothing was changed.") : wrong.message;
    });
  });
}
