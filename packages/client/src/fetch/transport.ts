import { create, type DescMessage, type DescMethod, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { endOf, errorOf } from "./errors.ts";
import { concat, envelope, frames } from "./frames.ts";

/**
 * The Connect protocol, binary, by `fetch`. That of @connectrpc/connect-web speaks JSON, too, and so brings into a page what it takes to read
 * and write any message as JSON: a fifth of the page's limit, and nothing that this client needs.
 */
export function fetchTransport(baseUrl: string, closed: () => AbortSignal): Transport {
  async function post(method: DescMethod, { contentType, header, body, timeoutMs, signal }: PostOptions): Promise<Response> {
    const headers = new Headers(header);
    headers.set("content-type", contentType);
    headers.set("connect-protocol-version", "1");
    if (timeoutMs !== undefined && timeoutMs > 0) headers.set("connect-timeout-ms", String(timeoutMs));
    const url = `${baseUrl.replace(/\/+$/, "")}/${method.parent.typeName}/${method.name}`;
    const response = await fetch(url, { method: "POST", headers, body, signal });
    if (response.status === 200 && response.headers.get("content-type") === contentType) return response;
    throw errorOf(response, await response.text());
  }

  return {
    async unary(method, signal, timeoutMs, header, input) {
      const call = new Call(timeoutMs, [signal, closed()]);
      try {
        const body = encode(method.input, input);
        const response = await post(method, { contentType: UNARY, header, body, timeoutMs, signal: call.signal });
        const message = fromBinary(method.output, new Uint8Array(await response.arrayBuffer()));
        return { stream: false, service: method.parent, method, ...headersOf(response), message };
      } catch (error) {
        throw call.explain(error);
      }
    },
    async stream(method, signal, timeoutMs, header, inputs) {
      const call = new Call(timeoutMs, [signal, closed()]);
      try {
        const sent: Uint8Array[] = [];
        for await (const input of inputs) sent.push(envelope(encode(method.input, input)));
        const options = { contentType: STREAM, header, body: concat(sent), timeoutMs, signal: call.signal };
        const response = await post(method, options);
        const trailer = new Headers();
        const message = messagesOf(response, method.output, { call, trailer });
        return { stream: true, service: method.parent, method, header: response.headers, trailer, message };
      } catch (error) {
        throw call.explain(error);
      }
    },
  };
}

interface PostOptions {
  readonly contentType: string;
  readonly header: Parameters<Transport["unary"]>[3];
  readonly body: Uint8Array<ArrayBuffer>;
  readonly timeoutMs: number | undefined;
  readonly signal: AbortSignal;
}

const UNARY = "application/proto";
const STREAM = "application/connect+proto";

/** What may end a call before its answer has come. */
class Call {
  readonly #left = new AbortController();
  readonly #deadline: AbortSignal | undefined;
  readonly signal: AbortSignal;

  constructor(timeoutMs: number | undefined, signals: ReadonlyArray<AbortSignal | undefined>) {
    this.#deadline = timeoutMs !== undefined && timeoutMs > 0 ? AbortSignal.timeout(timeoutMs) : undefined;
    const all = [this.#left.signal, this.#deadline, ...signals];
    this.signal = AbortSignal.any(all.filter((signal) => signal !== undefined));
  }

  leave(): void {
    this.#left.abort();
  }

  explain(error: unknown): ConnectError {
    if (error instanceof ConnectError) return error;
    if (this.#deadline?.aborted) return new ConnectError("the deadline has passed", Code.DeadlineExceeded);
    // What `fetch` throws else is of the network.
    return this.signal.aborted
      ? new ConnectError("the call was given up", Code.Canceled, undefined, undefined, this.signal.reason)
      : new ConnectError(String(error), Code.Unavailable, undefined, undefined, error);
  }
}

function encode<I extends DescMessage>(desc: I, input: MessageInitShape<I>): Uint8Array<ArrayBuffer> {
  return toBinary(desc, create(desc, input));
}

async function* messagesOf<O extends DescMessage>(
  { body }: Response,
  desc: O,
  { call, trailer }: { readonly call: Call; readonly trailer: Headers },
) {
  try {
    for await (const { isEnd, data } of frames(body)) {
      if (isEnd) return endOf(data, trailer);
      yield fromBinary(desc, data);
    }
    throw new ConnectError("the stream has ended early", Code.Unavailable);
  } catch (error) {
    throw call.explain(error);
  } finally {
    call.leave();
  }
}

/** Trailers of a unary call come as headers. */
function headersOf({ headers }: Response): { readonly header: Headers; readonly trailer: Headers } {
  const [header, trailer] = [new Headers(), new Headers()];
  for (const [name, value] of headers) {
    if (name.startsWith("trailer-")) trailer.append(name.slice("trailer-".length), value);
    else header.append(name, value);
  }
  return { header, trailer };
}
