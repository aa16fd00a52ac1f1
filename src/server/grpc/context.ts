import { Code, ConnectError } from "@connectrpc/connect";
import type { Metadata } from "@grpc/grpc-js";
import type { CallIds } from "../../rpc/call-ids.ts";
import type { CallContext } from "../../rpc/pipeline/call.ts";
import type { Peer } from "../../rpc/pipeline/peer.ts";
import { rememberedCertificate } from "../tls/client-certificates.ts";
import { idsOfCall } from "./stream-ids.ts";

/** The part of a call of grpc-js that all kinds of calls have. */
export interface GrpcCall {
  readonly metadata: Metadata;
  readonly cancelled: boolean;
  getDeadline(): Date | number;
  getPeer(): string;
  getAuthContext(): { readonly sslPeerCertificate?: object };
  on(event: "cancelled", listener: () => void): unknown;
}

/** The context of a call on the gRPC port. Its signal is made on first use, because most calls need none. */
export class GrpcContext implements CallContext {
  // grpc-js takes the content type out of the metadata. The gate lets in `application/grpc` and `application/grpc+proto` only.
  readonly alwaysBinary = true;
  readonly requestHeader: CallContext["requestHeader"];
  readonly #call: GrpcCall;
  #abort: AbortController | undefined;
  #peer: Peer | undefined;
  #ids: CallIds | undefined;

  constructor(call: GrpcCall) {
    this.#call = call;
    this.requestHeader = { get: (name) => textOf(call.metadata, name) };
  }

  get cancelled(): boolean {
    return this.#call.cancelled;
  }

  get ids(): CallIds {
    this.#ids ??= idsOfCall(this.#call);
    return this.#ids;
  }

  get peer(): Peer {
    this.#peer ??= this.#findPeer();
    return this.#peer;
  }

  #findPeer(): Peer {
    // grpc-js gives the address with the port.
    const address = this.#call.getPeer().replace(/:\d+$/, "");
    return { address, certificate: rememberedCertificate(this.#call.getAuthContext().sslPeerCertificate) };
  }

  get signal(): AbortSignal {
    this.#abort ??= this.#watch();
    return this.#abort.signal;
  }

  timeoutMs(): number | undefined {
    const deadline = Number(this.#call.getDeadline());
    return Number.isFinite(deadline) ? deadline - Date.now() : undefined;
  }

  #watch(): AbortController {
    const controller = new AbortController();
    const abort = () => controller.abort(this.#reason());
    if (this.#call.cancelled) {
      abort();
    } else {
      this.#call.on("cancelled", abort);
    }
    return controller;
  }

  #reason(): ConnectError {
    return (this.timeoutMs() ?? 1) <= 0
      ? new ConnectError("the deadline has passed", Code.DeadlineExceeded)
      : new ConnectError("the caller has gone", Code.Canceled);
  }
}

function textOf(metadata: Metadata, name: string): string | null {
  const [value] = metadata.get(name);
  return typeof value === "string" ? value : null;
}
