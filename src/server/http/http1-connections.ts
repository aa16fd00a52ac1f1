import type { Socket } from "node:net";

/** The HTTP/1.1 connections of a port, to be drained. Node itself closes only some of the idle ones: none that has never sent a request. */
export class Http1Connections {
  readonly #calls = new Map<Socket, number>();
  #draining = false;

  add(socket: Socket): void {
    if (this.#draining) {
      socket.destroySoon();
      return;
    }
    this.#calls.set(socket, 0);
    socket.once("close", () => this.#calls.delete(socket));
  }

  /** Counts a call on the connection until its response closes. */
  count(socket: Socket, response: { once(event: "close", listener: () => void): unknown }): void {
    this.#calls.set(socket, (this.#calls.get(socket) ?? 0) + 1);
    response.once("close", () => {
      const left = (this.#calls.get(socket) ?? 1) - 1;
      this.#calls.set(socket, left);
      if (this.#draining && left === 0) {
        socket.destroySoon();
      }
    });
  }

  /** Closes each connection as soon as it has no call under way. */
  drain(): void {
    this.#draining = true;
    for (const [socket, calls] of this.#calls) {
      if (calls === 0) {
        socket.destroySoon();
      }
    }
  }
}
