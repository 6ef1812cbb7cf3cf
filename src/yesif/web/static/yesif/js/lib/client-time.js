// @ts-check
// Client time: whole microseconds since 1970 by this browser's own clock, the same in window and worker.

/** @returns {number} */
export function clientUs() {
  return Math.round((performance.timeOrigin + performance.now()) * 1000);
}
