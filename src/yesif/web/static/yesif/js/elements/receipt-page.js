// @ts-check
/** The page “Check it yourself”: a file goes in, one sentence comes out. Nothing leaves the browser. */
import { NotProven, check } from "../lib/receipt-check.js";
import { tr } from "../lib/words.js";

const file = /** @type {HTMLInputElement} */ (document.getElementById("file"));
const known = /** @type {HTMLInputElement} */ (document.getElementById("known"));
const said = /** @type {HTMLElement} */ (document.getElementById("said"));

/** @param {string} tag @param {string} words */
function line(tag, words) {
  const made = document.createElement(tag);
  made.textContent = words;
  return made;
}

/** @param {Awaited<ReturnType<typeof check>>} found */
function tell(found) {
  const hour = found.at.toISOString().replace("T", " ").slice(0, 19);
  said.className = "good";
  said.replaceChildren(
    line("h2", tr("Proven.")),
    line("p", tr("A {kind} line of {hour} UTC is number {index} of {size} on the record of {origin}.", { ...found, hour })),
    line("p", found.own
      ? tr("The signature is by the key you gave.")
      : tr("The signature is by the key inside the receipt. Compare it with one you got another way:")),
    line("code", found.key),
    line("p", tr("Witnesses that signed too: {witnesses}.", found)),
    line("h3", tr("What the line says")),
    line("pre", JSON.stringify(found.body, null, 2)),
    ...(found.rows.length ? [line("h3", tr("What it says of you alone")), line("pre", JSON.stringify(found.rows, null, 2))] : []),
  );
}

async function look() {
  const chosen = file.files?.[0];
  if (!chosen) return;
  said.className = "";
  said.replaceChildren(line("p", tr("Checking…")));
  try {
    tell(await check(new Uint8Array(await chosen.arrayBuffer()), known.value.trim()));
  } catch (wrong) {
    said.className = "bad";
    const why = wrong instanceof NotProven ? wrong.message : "this receipt cannot be read";
    said.replaceChildren(line("h2", tr("Not proven.")), line("p", tr("Why: {why}.", { why })),
      line("p", tr("Download it again. If it is still not proven, show this page to your union or to someone you trust.")));
  }
  said.focus();
}

file.addEventListener("change", look);
known.addEventListener("change", look);
document.documentElement.dataset.ready = "yes";
