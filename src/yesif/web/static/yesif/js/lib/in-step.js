// @ts-check
// How to bring a follower back in step with its leader. Pure.

/** Beyond this many seconds the follower jumps; below, it catches up unheard. */
export const JUMP_S = 0.25;
/** Most that the follower's speed is changed, as a share of the leader's: for a third of a second nobody notices 10 %. */
const MOST = 0.1;
/** A difference is closed within so many seconds, as far as `MOST` allows. */
const SOON_S = 0.25;

/**
 * @typedef {{kind: "none"} | {kind: "jump", to: number} | {kind: "rate", rate: number}} Correction
 */

/**
 * @param {number} leader  seconds
 * @param {number} follower  seconds
 * @param {number} rate  the leader's speed
 * @param {number} frame  seconds a frame lasts: within half of one, nothing is done
 * @returns {Correction}
 */
export function correction(leader, follower, rate, frame) {
  const behind = leader - follower;
  if (Math.abs(behind) >= JUMP_S) return { kind: "jump", to: leader };
  if (Math.abs(behind) <= frame / 2) return { kind: "none" };
  const share = Math.max(-MOST, Math.min(MOST, behind / SOON_S));
  return { kind: "rate", rate: rate * (1 + share) };
}

/** Seconds → "1:05.2". @param {number} seconds @returns {string} */
export function clockText(seconds) {
  const tenths = Math.floor(Math.max(0, seconds) * 10 + 1e-6);
  return `${Math.floor(tenths / 600)}:${String(Math.floor(tenths / 10) % 60).padStart(2, "0")}.${tenths % 10}`;
}
