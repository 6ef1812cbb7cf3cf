// @ts-check
// Moments as a person reads them, in a named zone and the language of the page. Pure.

/**
 * @param {Date} moment
 * @param {string} style  "medium" (day and time), "long" (with weekday), "day"
 * @param {string} [zone]  IANA name; the machine's own when absent
 * @returns {string}
 */
export function inZone(moment, style, zone) {
  const tongue = spoken();
  if (Number.isNaN(moment.getTime())) return "";
  /** @type {Intl.DateTimeFormatOptions} */
  const day = { day: "numeric", month: "short", year: "numeric", timeZone: zone };
  if (style === "day") return new Intl.DateTimeFormat(tongue, day).format(moment);
  return new Intl.DateTimeFormat(tongue, {
    ...day,
    ...(style === "long" ? { weekday: "short" } : {}),
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  }).format(moment);
}

/** The language of the page, as a locale. @returns {string} */
function spoken() {
  const lang = globalThis.document?.documentElement.lang || "en";
  return lang === "en" ? "en-GB" : lang;
}
