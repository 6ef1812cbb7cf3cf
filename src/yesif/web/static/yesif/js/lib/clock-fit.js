// @ts-check
// How far the studio's clock is from this browser's: the median of the fastest tenth of all pings (a slow ping waited in
// some queue, on one way only, and tells nothing; docs: core/timeline does the exact fit afterwards, from the raw pings).

/**
 * One ping, as it is kept and later sent: kind, client send (µs), server receive and send (ns, decimal text), client
 * receive (µs). For "dc" the server is the partner's browser, its times its own client time in ns.
 * @typedef {["ws" | "dc", number, string, string, number]} Ping
 */

const BEST_SHARE = 0.1;

/** Round trip without the time the other side took, in µs. @param {Ping} ping */
export function roundTripUs([, t0, t1, t2, t3]) {
  return t3 - t0 - Number(BigInt(t2) - BigInt(t1)) / 1000;
}

/** The other clock minus ours, in µs, if both ways took equally long. @param {Ping} ping */
export function offsetUs([, t0, t1, t2, t3]) {
  const there = Number(BigInt(t1) - BigInt(t0) * 1000n);
  const back = Number(BigInt(t2) - BigInt(t3) * 1000n);
  return (there + back) / 2000;
}

/**
 * The offset in µs and half the fastest round trip (its bound), or null without pings.
 * @param {Ping[]} pings
 * @returns {{offsetUs: number, boundUs: number} | null}
 */
export function bestOffset(pings) {
  const sound = pings.filter((ping) => roundTripUs(ping) >= 0);
  if (sound.length === 0) return null;
  const fastest = sound.toSorted((one, other) => roundTripUs(one) - roundTripUs(other));
  const best = fastest.slice(0, Math.max(1, Math.round(sound.length * BEST_SHARE))).map(offsetUs);
  best.sort((one, other) => one - other);
  return { offsetUs: best[best.length >> 1], boundUs: roundTripUs(fastest[0]) / 2 };
}
