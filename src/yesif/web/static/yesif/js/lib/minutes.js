// @ts-check
// A length of counted time, as the server says it.

/** 2530000 → "42 min 10 s". @param {number} ms */
export function minutes(ms) {
  const seconds = Math.floor(ms / 1000);
  const hours = Math.floor(seconds / 3600);
  const whole = Math.floor(seconds / 60) % 60;
  return hours ? `${hours} h ${whole} min` : `${whole} min ${seconds % 60} s`;
}
