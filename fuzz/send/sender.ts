import type { Shot } from "../requests/shot.ts";
import type { Answer } from "./answer.ts";
import { Http1Sender } from "./http1.ts";
import { Http2Sender } from "./http2.ts";

/** Where a server listens. */
export interface Origins {
  readonly http: URL;
  readonly grpc: URL;
}

/** Sends requests by the client that speaks their version of HTTP. */
export class Sender {
  readonly #http1 = new Http1Sender();
  readonly #http2 = new Http2Sender();
  readonly #origins: Origins;
  readonly #secretOf: (caller: string) => string;

  constructor(origins: Origins, secretOf: (caller: string) => string) {
    this.#origins = origins;
    this.#secretOf = secretOf;
  }

  async send(shot: Shot): Promise<Answer> {
    const headers = shot.headers.map(([name, value]) => [name, this.#withSecrets(value)] as const);
    const origin = this.#origins[shot.port];
    const endless = /\/Watch/.test(shot.method);
    if (shot.http === 1) {
      const answer = await this.#http1.send(origin, shot, headers, endless);
      return answer.kind === "broken" ? this.#http1.sendAlone(origin, shot, headers, endless) : answer;
    }
    const answer = await this.#http2.send(origin, shot, headers, endless);
    return answer.kind === "broken" ? this.#http2.sendAlone(origin, shot, headers, endless) : answer;
  }

  #withSecrets(value: string): string {
    return value.replace(/\{([A-Z_]+)\}/g, (_, caller: string) => this.#secretOf(caller));
  }

  close(): void {
    this.#http1.close();
    this.#http2.close();
  }
}
