// @ts-check
/** Ed25519 verification (RFC 8032 §5.1.7): the browser's own where it has it, else this plain one on big integers. */

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = mod(-121665n * inverse(121666n));
const SQRT_M1 = power(2n, (P - 1n) / 4n);
/** @typedef {[bigint, bigint, bigint, bigint]} Point extended coordinates: x = X/Z, y = Y/Z, xy = T/Z */
const BASE = /** @type {Point} */ (basePoint());

/** @param {bigint} a */
function mod(a, m = P) { const rest = a % m; return rest >= 0n ? rest : rest + m; }

/** @param {bigint} base @param {bigint} exponent */
function power(base, exponent) {
  let result = 1n, square = mod(base);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

/** @param {bigint} a */
function inverse(a) { return power(a, P - 2n); }

/** @returns {Point} */
function basePoint() {
  const y = mod(4n * inverse(5n));
  const x = /** @type {bigint} */ (recoverX(y, 0n));
  return [x, y, 1n, mod(x * y)];
}

/** @param {bigint} y @param {bigint} sign @returns {bigint | null} */
function recoverX(y, sign) {
  if (y >= P) return null;
  const square = mod((y * y - 1n) * inverse(D * y * y + 1n));
  if (square === 0n) return sign ? null : 0n;
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x - square) !== 0n) x = mod(x * SQRT_M1);
  if (mod(x * x - square) !== 0n) return null;
  return (x & 1n) === sign ? x : P - x;
}

/** @param {Point} a @param {Point} b @returns {Point} */
function add(a, b) {
  const A = mod((a[1] - a[0]) * (b[1] - b[0])), B = mod((a[1] + a[0]) * (b[1] + b[0]));
  const C = mod(2n * a[3] * b[3] * D), E = mod(2n * a[2] * b[2]);
  const e = B - A, f = E - C, g = E + C, h = B + A;
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

/** @param {Point} point @param {bigint} times @returns {Point} */
function multiply(point, times) {
  /** @type {Point} */
  let result = [0n, 1n, 1n, 0n], doubled = point;
  for (let left = times; left > 0n; left >>= 1n) {
    if (left & 1n) result = add(result, doubled);
    doubled = add(doubled, doubled);
  }
  return result;
}

/** @param {Uint8Array} content little endian */
function number(content) { return content.reduceRight((sum, one) => (sum << 8n) | BigInt(one), 0n); }

/** @param {Uint8Array} content @returns {Point | null} */
function point(content) {
  const y = number(content), sign = y >> 255n, rest = y & ((1n << 255n) - 1n);
  const x = recoverX(rest, sign);
  return x === null ? null : [x, rest, 1n, mod(x * rest)];
}

/** The plain one. @param {Uint8Array} key @param {Uint8Array} signature @param {Uint8Array} message */
export async function verifyPlainly(key, signature, message) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const A = point(key), R = point(signature.subarray(0, 32)), s = number(signature.subarray(32));
  if (A === null || R === null || s >= L) return false;
  const whole = new Uint8Array(64 + message.length);
  whole.set(signature.subarray(0, 32)); whole.set(key, 32); whole.set(message, 64);
  const k = number(new Uint8Array(await crypto.subtle.digest("SHA-512", whole))) % L;
  const left = multiply(BASE, s), right = add(R, multiply(A, k));
  return mod(left[0] * right[2] - right[0] * left[2]) === 0n && mod(left[1] * right[2] - right[1] * left[2]) === 0n;
}

/** @param {Uint8Array} key @param {Uint8Array} signature @param {Uint8Array} message */
export async function verifyEd25519(key, signature, message) {
  let imported;
  try {
    imported = await crypto.subtle.importKey("raw", /** @type {BufferSource} */ (key), { name: "Ed25519" }, false, ["verify"]);
  } catch {
    return verifyPlainly(key, signature, message);
  }
  return crypto.subtle.verify(
    { name: "Ed25519" }, imported, /** @type {BufferSource} */ (signature), /** @type {BufferSource} */ (message),
  );
}
