import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import type { Field } from "./attack.ts";
import { PREFACE, settings } from "./frame.ts";

/** A connection on which any bytes can be sent. */
export class Line {
  readonly #socket: Socket;
  readonly #count: Field["count"];

  private constructor(socket: Socket, { count, signal }: Field) {
    this.#socket = socket;
    this.#count = count;
    count.connections += 1;
    const end = () => socket.destroy();
    signal.addEventListener("abort", end);
    socket.once("close", () => {
      signal.removeEventListener("abort", end);
      if (!signal.aborted) count.closed += 1;
    });
  }

  /** Undefined: there is no getting through. `deaf`: what the server says is not read. */
  static async open(field: Field, { deaf = false } = {}): Promise<Line | undefined> {
    const socket = connect({ host: field.origin.hostname, port: Number(field.origin.port), noDelay: true });
    socket.on("error", () => {});
    if (deaf) socket.pause();
    else socket.resume();
    const line = new Line(socket, field);
    await Promise.race([once(socket, "connect"), once(socket, "close")]);
    return socket.destroyed ? undefined : line;
  }

  /** With the preface of HTTP/2 and settings sent. */
  static async openHttp2(
    field: Field,
    { deaf = false, window = undefined as number | undefined } = {},
  ): Promise<Line | undefined> {
    const line = await Line.open(field, { deaf });
    await line?.send(Buffer.concat([PREFACE, settings(window)]));
    return line;
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /** Resolves when there is room for more, or the connection has ended. */
  async send(data: Buffer): Promise<void> {
    if (!this.isOpen) return;
    this.#count.bytes += data.length;
    if (this.#socket.write(data)) return setImmediate();
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#socket.off("drain", done).off("close", done);
        resolve();
      };
      this.#socket.on("drain", done).on("close", done);
    });
  }

  /** Sends nothing more, and waits for the end: it comes, or the attack is over. */
  async finish(): Promise<void> {
    this.#socket.end();
    if (!this.#socket.destroyed) await once(this.#socket, "close");
  }

  /** Without waiting for anything, so that the port can be used again at once. */
  close(): void {
    this.#socket.resetAndDestroy();
  }
}
