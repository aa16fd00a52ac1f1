import { Code, ConnectError } from "@connectrpc/connect";
import type { CallIds } from "../../../rpc/call-ids.ts";
import type { CallContext } from "../../../rpc/pipeline/call.ts";
import type { Peer } from "../../../rpc/pipeline/peer.ts";
import { clientCertificateOf } from "../../tls/client-certificates.ts";
import type { Request, Response } from "../request-response.ts";

/** The context of a unary call on the HTTP port. What few calls need is made on first use. */
export class UnaryContext implements CallContext {
  readonly requestMethod = "POST";
  readonly requestHeader: CallContext["requestHeader"];
  /** Of the answer. */
  readonly responseHeader = new Map<string, string>();
  readonly ids: CallIds;
  readonly #request: Request;
  readonly #response: Response;
  readonly #deadline: number | undefined;
  #peer: Peer | undefined;
  #abort: AbortController | undefined;

  constructor(request: Request, response: Response, ids: CallIds, timeoutMs: number | undefined) {
    this.ids = ids;
    this.#request = request;
    this.#response = response;
    this.#deadline = timeoutMs === undefined ? undefined : performance.now() + timeoutMs;
    this.requestHeader = { get: (name) => textOf(request.headers[name]) };
  }

  /** Whether nobody waits for the answer any more. */
  get cancelled(): boolean {
    return "stream" in this.#request ? this.#request.stream.closed : this.#response.destroyed;
  }

  get peer(): Peer {
    const { socket } = this.#request;
    this.#peer ??= { address: socket.remoteAddress ?? "", certificate: clientCertificateOf(socket) };
    return this.#peer;
  }

  get signal(): AbortSignal {
    this.#abort ??= this.#watch();
    return this.#abort.signal;
  }

  timeoutMs(): number | undefined {
    return this.#deadline === undefined ? undefined : this.#deadline - performance.now();
  }

  #watch(): AbortController {
    const controller = new AbortController();
    const leave = () => controller.abort(new ConnectError("the caller has gone", Code.Canceled));
    if (this.cancelled) {
      leave();
      return controller;
    }
    const expire = () => controller.abort(new ConnectError("the deadline has passed", Code.DeadlineExceeded));
    const remaining = this.timeoutMs();
    const timer = remaining === undefined ? undefined : setTimeout(expire, Math.max(remaining, 0));
    this.#response.once("close", () => {
      clearTimeout(timer);
      leave();
    });
    return controller;
  }
}

function textOf(value: string | string[] | undefined): string | null {
  return value === undefined ? null : String(value);
}
