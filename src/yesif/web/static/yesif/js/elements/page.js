// @ts-check
// What every page does once it is there: times in the viewer's own zone, forms that are sent once.

import { inZone } from "../lib/local-time.js";

/** Rewrites every `<time data-local>` below `root` into the viewer's zone. @param {ParentNode} root */
function localise(root) {
  for (const time of root.querySelectorAll("time[data-local]")) {
    const moment = time.getAttribute("datetime");
    if (moment) time.textContent = inZone(new Date(moment), time.getAttribute("data-local") ?? "medium");
    time.removeAttribute("data-local");
  }
}

/** Fields that carry the zone in which the person typed a time. @param {ParentNode} root */
function sayZone(root) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const field of root.querySelectorAll("input[data-zone]")) {
    if (field instanceof HTMLInputElement && zone) field.value = zone;
  }
  for (const words of root.querySelectorAll("[data-zone-name]")) {
    if (zone) words.textContent = zone;
  }
}

/** A form sent twice by an impatient finger asks for the same thing twice: the second press is dropped. */
function sendOnce() {
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000); // no answer came: let the person press again
  });
  // Back to a kept page: its forms may be sent again.
  addEventListener("pageshow", (event) => {
    if (event.persisted) for (const form of document.forms) delete form.dataset.sent;
  });
}

localise(document);
sayZone(document);
sendOnce();
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target instanceof HTMLElement) localise(event.target.parentElement ?? event.target);
});
