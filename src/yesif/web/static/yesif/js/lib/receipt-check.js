// @ts-check
/** Check a receipt in the browser, with no network: the same steps as `yesif verify`, on the browser's own cryptography.
 *
 * body + salt → commitment → leaf → path → root → the log's Ed25519 signature; and each row of one's own.
 */
import { verifyEd25519 } from "./ed25519.js";

const text = new TextDecoder("utf-8", { fatal: true });
const bytes = new TextEncoder();
const LIMIT = 4 << 20;

/** What went wrong, in one sentence for a person. */
export class NotProven extends Error {}

/** @param {boolean} good @param {string} sentence */
function must(good, sentence) {
  if (!good) throw new NotProven(sentence);
}

/** @param {Uint8Array} content */
async function sha256(content) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", /** @type {BufferSource} */ (content)));
}

/** @param {...Uint8Array} parts */
function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((size, one) => size + one.length, 0));
  let at = 0;
  for (const one of parts) { whole.set(one, at); at += one.length; }
  return whole;
}

/** @param {string} hex */
function fromHex(hex) {
  must(/^([0-9a-f]{2})*$/.test(hex), "a hash in this receipt is not hexadecimal");
  return Uint8Array.from(hex.match(/../g) ?? [], (one) => parseInt(one, 16));
}

/** @param {Uint8Array} content */
const toHex = (content) => Array.from(content, (one) => one.toString(16).padStart(2, "0")).join("");

/** @param {string} encoded */
function fromBase64(encoded) {
  let found = "";
  try { found = atob(encoded); } catch { must(false, "something in this receipt is not base64"); }
  must(btoa(found) === encoded, "base64 in this receipt is not written the one way");
  return Uint8Array.from(found, (one) => one.charCodeAt(0));
}

/** @param {Uint8Array} a @param {Uint8Array} b */
const same = (a, b) => a.length === b.length && a.every((one, at) => one === b[at]);

/** The parts of a stored (not packed) .zip. @param {Uint8Array} content @returns {Map<string, Uint8Array>} */
export function unzip(content) {
  must(content.length <= LIMIT, "a receipt has at most 4 MiB");
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  let end = content.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end -= 1;
  must(end >= 0, "this is not a .zip, or it was cut");
  const members = new Map();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left -= 1) {
    must(at + 46 <= content.length && view.getUint32(at, true) === 0x02014b50, "this .zip was changed");
    const method = view.getUint16(at + 10, true), size = view.getUint32(at + 24, true);
    const nameSize = view.getUint16(at + 28, true);
    const name = text.decode(content.subarray(at + 46, at + 46 + nameSize));
    const local = view.getUint32(at + 42, true);
    must(method === 0, "the parts of a receipt are stored, not packed");
    must(local + 30 <= content.length && view.getUint32(local, true) === 0x04034b50, "this .zip was changed");
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    must(start + size <= content.length && !members.has(name), "this .zip was cut, or holds one part twice");
    members.set(name, content.slice(start, start + size));
    at += 46 + nameSize + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return members;
}

/** RFC 8785 over text, whole numbers, true, false, null, lists and objects. @param {unknown} value @returns {string} */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value !== null && typeof value === "object") {
    const said = /** @type {Record<string, unknown>} */ (value);
    return `{${Object.keys(said).sort().map((key) => `${JSON.stringify(key)}:${canonical(said[key])}`).join(",")}}`;
  }
  must(typeof value !== "number" || Number.isSafeInteger(value), "a line holds whole numbers only");
  return JSON.stringify(value);
}

/** @param {Uint8Array} left @param {Uint8Array} right */
const node = (left, right) => sha256(joined(Uint8Array.of(1), left, right));

/** RFC 9162 §2.1.3.2. @param {Uint8Array} leaf @param {bigint} index @param {bigint} size @param {Uint8Array[]} path */
export async function rootOf(leaf, index, size, path) {
  must(index >= 0n && index < size, "this line's number is beyond the record");
  let number = index, last = size - 1n, found = leaf;
  for (const part of path) {
    must(last !== 0n && part.length === 32, "the proof is longer than the tree is high");
    if (number & 1n || number === last) {
      found = await node(part, found);
      while (number && !(number & 1n)) { number >>= 1n; last >>= 1n; }
    } else {
      found = await node(found, part);
    }
    number >>= 1n; last >>= 1n;
  }
  must(last === 0n, "the proof ends below the root");
  return found;
}

/** @param {string} content */
function readNote(content) {
  const gap = content.lastIndexOf("\n\n");
  must(gap > 0 && content.endsWith("\n"), "the checkpoint is not a signed note");
  const signatures = content.slice(gap + 2, -1).split("\n").map((line) => {
    const found = /^— ([^\s+]+) (\S+)$/u.exec(line);
    must(found !== null, "a signature line names its key");
    const [, name, encoded] = /** @type {RegExpExecArray} */ (found);
    const signed = fromBase64(encoded);
    return { name, id: toHex(signed.subarray(0, 4)), content: signed.subarray(4) };
  });
  return { text: content.slice(0, gap + 1), signatures };
}

/** @param {string} vkey name+id+base64 */
async function readKey(vkey) {
  const [name, id, ...rest] = vkey.split("+");
  const key = fromBase64(rest.join("+"));
  const made = await sha256(joined(bytes.encode(`${name}\n`), key));
  must(toHex(made.subarray(0, 4)) === id, "the log's key does not match its own id");
  return { name, id, kind: key[0], key: key.subarray(1), text: vkey };
}

/** Whose signatures hold. @param {ReturnType<typeof readNote>} note @param {Awaited<ReturnType<typeof readKey>>} key */
async function signedBy(note, key) {
  let held = false;
  for (const one of note.signatures.filter((each) => each.name === key.name && each.id === key.id)) {
    must(await verifyEd25519(key.key, one.content, bytes.encode(note.text)), "the log's signature does not hold");
    held = true;
  }
  return held;
}

/** @param {Map<string, Uint8Array>} members @param {string} name */
function part(members, name) {
  const found = members.get(name);
  must(found !== undefined, `this .zip is not a receipt: ${name} is missing`);
  try { return text.decode(found); } catch { throw new NotProven(`${name} is not text`); }
}

/** @param {string} content @param {string} name @returns {any} */
function json(content, name) {
  try { return JSON.parse(content); } catch { throw new NotProven(`${name} is not JSON`); }
}

/** Check a receipt. `known`: the log's key as the reader knows it, or "".
 * @param {Uint8Array} content @param {string} known */
export async function check(content, known = "") {
  const members = unzip(content);
  const leafText = part(members, "leaf.json"), bodyText = part(members, "body.json");
  const leaf = json(leafText, "leaf.json"), body = json(bodyText, "body.json");
  must(canonical(leaf) === leafText && canonical(body) === bodyText, "leaf or body is not written the one way");
  const saltText = part(members, "salt.txt");
  must(/^[0-9a-f]{64}\n$/.test(saltText), "salt.txt holds 64 hexadecimal digits and a newline");
  const salt = fromHex(saltText.slice(0, 64));
  const made = toHex(await sha256(joined(bytes.encode("yesif/1"), salt, bytes.encode(bodyText))));
  must(made === leaf.c, "the body and salt in this receipt are not what the leaf commits to");
  const proof = part(members, "line.tlog-proof");
  const gap = proof.indexOf("\n\n");
  const lines = proof.slice(0, gap).split("\n");
  must(gap > 0 && lines[0] === "c2sp.org/tlog-proof@v1", "this is not a tlog proof, version 1");
  const place = lines.findIndex((line) => line.startsWith("index "));
  must(place === 1 || place === 2, "a proof names the index of its entry");
  const index = lines[place].slice(6);
  must(/^(0|[1-9][0-9]{0,18})$/.test(index), "a proof's index is a whole number");
  const note = readNote(proof.slice(gap + 2));
  const [origin, size, root] = note.text.split("\n");
  must(/^(0|[1-9][0-9]{0,18})$/.test(size ?? ""), "a checkpoint's size is a whole number");
  const leafHash = await sha256(joined(Uint8Array.of(0), bytes.encode(leafText)));
  const found = await rootOf(leafHash, BigInt(index), BigInt(size), lines.slice(place + 1).map(fromBase64));
  must(same(found, fromBase64(root ?? "")), "the proof does not lead to the signed root");
  const key = await logKey(members, known, origin);
  must(await signedBy(note, key), "the log has not signed this checkpoint");
  const rows = await ownRows(members, body);
  return {
    kind: String(leaf.kind), at: new Date(leaf.t), index, size, origin, body, rows, key: key.text,
    own: known !== "", witnesses: note.signatures.length - 1,
  };
}

/** The key to hold the checkpoint to. @param {Map<string, Uint8Array>} members @param {string} known @param {string} origin */
async function logKey(members, known, origin) {
  const stated = known || (/^\s*log[ \t]+(\S+)/m.exec(part(members, "trust-policy")) ?? [])[1] || "";
  must(stated.split("+").length > 2, "no key of a log is named");
  const key = await readKey(stated.trim());
  must(key.name === origin, "the checkpoint is another log's");
  must(key.kind === 1 && key.key.length === 32, "this page checks Ed25519 keys of logs");
  return key;
}

/** @param {Map<string, Uint8Array>} members @param {any} body */
async function ownRows(members, body) {
  if (!members.has("rows.json")) return [];
  const rows = json(part(members, "rows.json"), "rows.json");
  must(Array.isArray(rows) && body.rows !== undefined, "this line's body states no rows");
  for (const one of rows) {
    const content = joined(bytes.encode("yesif/row/1"), fromHex(String(one.salt)), bytes.encode(canonical(one.row)));
    const leaf = await sha256(joined(Uint8Array.of(0), await sha256(content)));
    const root = await rootOf(leaf, BigInt(one.place), BigInt(body.rows.count), one.path.map(fromHex));
    must(toHex(root) === body.rows.root, "a row in this receipt does not stand in its line");
  }
  return rows.map((one) => one.row);
}
