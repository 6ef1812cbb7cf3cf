// @ts-check
// The line to the room: a socket that comes back by itself until it is told to stay closed.

import { Backoff } from "../lib/backoff.js";

const SILENT_MS = 6000; // the room answers a ping every 2 s: a line that says nothing for so long is dead, whatever it says
const LOOK_MS = 500;

/** Events: `open`, `down`, `closed` {sentence} (for good), and every message of the server under its own type. */
export class Signal extends EventTarget {
  #url;
  /** @type {WebSocket | null} */
  #socket = null;
  #over = false;
  #backoff = new Backoff();
  #heardAt = 0;
  /** @type {Map<string, Record<string, unknown>>} what must be said, at the latest when the line is back */
  #due = new Map();

  /** This page's own name: the studio tells a page that came back from a second window. */
  page = crypto.randomUUID();

  /** @param {string} url */
  constructor(url) {
    super();
    this.#url = `${url}?page=${this.page}`;
    addEventListener("online", () => this.#backoff.hurry());
    setInterval(() => this.#look(), LOOK_MS);
  }

  open() {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#heardAt = performance.now();
    socket.addEventListener("open", () => {
      if (socket !== this.#socket) return;
      this.#backoff.reset();
      this.dispatchEvent(new Event("open"));
      for (const message of this.#due.values()) this.send(message);
      this.#due.clear();
    });
    socket.addEventListener("message", (event) => socket === this.#socket && this.#hear(event.data));
    socket.addEventListener("close", () => socket === this.#socket && void this.#down());
  }

  /** Say something; lost if the line is down. @param {Record<string, unknown>} message @returns {boolean} whether it went out */
  send(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** Say something now, or as soon as the line is back. @param {Record<string, unknown> & {type: string}} message @returns {boolean} whether now */
  sendSurely(message) {
    if (this.send(message)) return true;
    this.#due.set(message.type, message);
    return false;
  }

  /** Does a message of this type wait for the line? @param {string} type */
  owes(type) {
    return this.#due.has(type);
  }

  close() {
    this.#over = true;
    this.#socket?.close();
  }

  /** @param {string} text */
  #hear(text) {
    this.#heardAt = performance.now();
    const message = JSON.parse(text);
    if (message.type === "closed") this.#over = true;
    this.dispatchEvent(new CustomEvent(message.type, { detail: message }));
  }

  /** A cut network closes no socket: whoever waits for that waits for minutes. */
  #look() {
    if (!this.#socket || this.#over || performance.now() - this.#heardAt < SILENT_MS) return;
    this.#socket.close();
    void this.#down();
  }

  async #down() {
    this.#socket = null;
    if (this.#over) return;
    this.dispatchEvent(new Event("down"));
    await this.#backoff.wait();
    if (!this.#over && !this.#socket) this.open();
  }
}
