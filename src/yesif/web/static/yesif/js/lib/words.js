// @ts-check
// What scripts say, in the language of the page: the page hands a table over, English is its key. Pure but for that one look.

const TABLE = handedOver();

/**
 * @param {string} text in English, with {names} where something is put in
 * @param {Record<string, unknown>} [blanks] what is put in
 * @returns {string}
 */
export function tr(text, blanks = {}) {
  return (TABLE[text] || text).replace(/\{(\w+)\}/g, (whole, name) => (name in blanks ? String(blanks[name]) : whole));
}

/** @returns {Record<string, string>} empty where the page speaks English, or where there is no page */
function handedOver() {
  const place = globalThis.document?.querySelector?.('meta[name="words"]');
  return JSON.parse(place?.getAttribute("content") || "{}");
}
