// @ts-check
// What this browser still keeps of takes: logs in OPFS, and beside them, in IndexedDB, whose they are, the signing key
// (non-extractable: it can sign after a reload, and can never leave), and the address of each upload.

const DATABASE = "yesif-takes";
const FOLDER = "takes";

/**
 * @typedef {object} Entry
 * @property {string} take
 * @property {string} performance
 * @property {number} startedAt ms since 1970
 * @property {CryptoKeyPair} keys
 * @property {Record<string, string>} uploads address by kind
 */

/** @returns {Promise<IDBDatabase>} */
function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("takes", { keyPath: "take" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * One transaction; resolves with the request's result once it is durable.
 * @template T
 * @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<T>} ask
 * @returns {Promise<T>}
 */
async function within(mode, ask) {
  const database = await opened();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction("takes", mode, { durability: "strict" });
      const request = ask(transaction.objectStore("takes"));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    database.close();
  }
}

/** @param {string} take @returns {Promise<Entry | undefined>} */
export function entryOf(take) {
  return within("readonly", (store) => store.get(take));
}

/** @returns {Promise<Entry[]>} */
export function entries() {
  return within("readonly", (store) => store.getAll());
}

/**
 * The entry of a take, made with a fresh key pair at first mention.
 * @param {string} take
 * @param {string} performanceId
 * @returns {Promise<Entry>}
 */
export async function keep(take, performanceId) {
  const kept = await entryOf(take);
  if (kept) return kept;
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const entry = { take, performance: performanceId, startedAt: Date.now(), keys, uploads: {} };
  await within("readwrite", (store) => store.put(entry));
  return entry;
}

/**
 * Remember where a track's upload lives. Read and written in one transaction: three workers do this at once.
 * @param {string} take
 * @param {string} kind
 * @param {string} address
 */
export async function rememberUpload(take, kind, address) {
  const database = await opened();
  await new Promise((resolve, reject) => {
    const transaction = database.transaction("takes", "readwrite", { durability: "strict" });
    const store = transaction.objectStore("takes");
    const request = store.get(take);
    request.onsuccess = () => {
      if (request.result) store.put({ ...request.result, uploads: { ...request.result.uploads, [kind]: address } });
    };
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  }).finally(() => database.close());
}

/** @param {string} take */
export async function forget(take) {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  for (let tries = 0; !(await removed(folder, take)) && tries < 40; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50)); // a worker that was just ended lets go of its file
  }
  await within("readwrite", (store) => store.delete(take));
}

/**
 * The folder of a take's logs.
 * @param {string} take
 * @param {{create?: boolean}} [options]
 */
export async function takeFolder(take, { create = false } = {}) {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  return folder.getDirectoryHandle(take, { create });
}

/** @param {string} kind @returns {string} the log's file name */
export function logName(kind) {
  return `${kind}.yiflog`;
}

/**
 * Every take with a log here: the logs are the truth, an entry in IndexedDB may be missing.
 * @returns {Promise<{take: string, logs: {kind: string, bytes: number}[]}[]>}
 */
export async function takesHere() {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle(FOLDER, { create: true });
  const found = [];
  for await (const [take, one] of folder.entries()) {
    if (one.kind !== "directory") continue;
    const logs = [];
    for await (const [name, file] of /** @type {FileSystemDirectoryHandle} */ (one).entries()) {
      const kind = name.match(/^(voice|camera|heard)\.yiflog$/)?.[1];
      if (kind) logs.push({ kind, bytes: (await /** @type {FileSystemFileHandle} */ (file).getFile()).size });
    }
    found.push({ take, logs });
  }
  return found;
}

/** @param {string} take @returns {string} name of the Web Lock that lets one tab write a take */
export function lockName(take) {
  return `yesif-take-${take}`;
}

/** @param {FileSystemDirectoryHandle} folder @param {string} name @returns {Promise<boolean>} false: still held */
async function removed(folder, name) {
  try {
    await folder.removeEntry(name, { recursive: true });
  } catch (error) {
    const why = error instanceof DOMException ? error.name : "";
    if (why === "NoModificationAllowedError") return false;
    if (why !== "NotFoundError") throw error;
  }
  return true;
}
