// @ts-check
// Presets pour answers into the form and save nothing; without this script the same link fills it by the server.

/** Ids in a space-separated attribute. @param {HTMLElement} link @param {string} name @returns {Set<string>} */
const ids = (link, name) => new Set((link.dataset[name] ?? "").split(" ").filter(Boolean));

/** Chooses what the preset says and opens every other question again. @param {HTMLFormElement} form @param {HTMLElement} link */
function fill(form, link) {
  const [yes, ask] = [ids(link, "yes"), ids(link, "ask")];
  for (const radio of form.querySelectorAll(".threefold input[type=radio]")) {
    if (!(radio instanceof HTMLInputElement)) continue;
    radio.checked = (radio.value === "yes" && yes.has(radio.name)) || (radio.value === "ask" && ask.has(radio.name));
  }
  form.querySelector(".threefold input")?.dispatchEvent(new Event("change", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[data-fill]") : null;
  const form = document.getElementById("answers");
  if (!(link instanceof HTMLElement) || !(form instanceof HTMLFormElement)) return;
  event.preventDefault();
  fill(form, link);
  form.scrollIntoView();
  form.querySelector("input[type=radio]")?.focus();
});
