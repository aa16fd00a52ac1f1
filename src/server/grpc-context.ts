import type { DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError, type ContextValues, createContextValues, type HandlerContext } from "@connectrpc/connect";
import type { Metadata } from "@grpc/grpc-js";

/** What grpc-js knows of a call, whatever its kind. */
export interface GrpcCall {
  readonly metadata: Metadata;
  readonly cancelled: boolean;
  getDeadline(): Date | number;
  on(event: "cancelled", listener: () => void): unknown;
}

/** The context of a call on the gRPC port. Headers and signal are made when somebody asks: most calls need neither all. */
export class GrpcContext implements HandlerContext {
  readonly method: DescMethod;
  readonly protocolName = "grpc";
  readonly requestMethod = "POST";
  readonly responseHeader = new Headers();
  readonly responseTrailer = new Headers();
  readonly #call: GrpcCall;
  #requestHeader: Headers | undefined;
  #abort: AbortController | undefined;
  #values: ContextValues | undefined;

  constructor(method: DescMethod, call: GrpcCall) {
    this.method = method;
    this.#call = call;
  }

  get service() {
    return this.method.parent;
  }

  get url(): string {
    return `/${this.service.typeName}/${this.method.name}`;
  }

  get values(): ContextValues {
    this.#values ??= createContextValues();
    return this.#values;
  }

  get requestHeader(): Headers {
    this.#requestHeader ??= toHeaders(this.#call.metadata);
    return this.#requestHeader;
  }

  get signal(): AbortSignal {
    this.#abort ??= this.#watch();
    return this.#abort.signal;
  }

  readonly timeoutMs = (): number | undefined => {
    const deadline = Number(this.#call.getDeadline());
    return Number.isFinite(deadline) ? deadline - Date.now() : undefined;
  };

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

/** Text metadata only: nothing reads binary headers. */
function toHeaders(metadata: Metadata): Headers {
  const headers = new Headers();
  for (const [name, value] of Object.entries(metadata.getMap())) {
    if (typeof value === "string" && isHeaderValue(value)) {
      headers.set(name, value);
    }
  }
  return headers;
}

function isHeaderValue(value: string): boolean {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}
