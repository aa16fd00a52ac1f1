import type { DescMessage, DescMethodUnary, MessageInitShape } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import type { Transport } from "@connectrpc/connect";
import { RosterError } from "./errors.ts";
import { createBackoff, isRefusedForNow, isTransient, type RetryPolicy } from "./retry.ts";
import { randomUuid } from "./uuid.ts";

export interface CallPolicy {
  /** How long a call may take, with all attempts, unless it says so itself. 0: as long as it takes. Streams have no such bound. */
  readonly timeoutMs: number;
  /** Undefined: each call is made once. */
  readonly retry: RetryPolicy | undefined;
  /** Aborted when the client is closed: no attempt is made after that. */
  readonly closed: () => AbortSignal;
}

type Header = Parameters<Transport["unary"]>[3];

/**
 * Calls with a deadline, that are made again while they fail for transient reasons, if that can't do anything twice: reads can be repeated,
 * and so can changes with a request id, which they get. All that is thrown is a RosterError.
 */
export function withPolicy(transport: Transport, { timeoutMs: usualMs, retry, closed }: CallPolicy): Transport {
  return {
    async unary(method, signal, timeoutMs = usualMs, header, input, contextValues) {
      const request = retry === undefined ? input : withRequestId(method, header, input);
      const end = timeoutMs > 0 ? performance.now() + timeoutMs : Infinity;
      const left = () => (end === Infinity ? 0 : Math.max(1, Math.ceil(end - performance.now())));
      const isWorthwhile = canRepeat(method, header, request) ? isTransient : isRefusedForNow;
      const backoff = createBackoff({ signals: [signal, closed()], retry: retry ?? ONCE, isWorthwhile, end });
      for (;;) {
        try {
          return await transport.unary(method, signal, left(), header, request, contextValues);
        } catch (error) {
          await backoff.failed(error);
        }
      }
    },
    async stream(method, signal, timeoutMs, header, input, contextValues) {
      try {
        const response = await transport.stream(method, signal, timeoutMs, header, input, contextValues);
        return { ...response, message: throwingRosterErrors(response.message) };
      } catch (error) {
        throw RosterError.from(error);
      }
    },
  };
}

const ONCE: RetryPolicy = { maxFailures: 1, baseMs: 0, capMs: 0 };

/** With a nonce a change can't be repeated: it is good once. */
function withRequestId<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  header: Header,
  input: MessageInitShape<I>,
): MessageInitShape<I> {
  const takesOne = method.input.field["requestId"] !== undefined && !hasNonce(header);
  const needsOne = !Reflect.get(input, "requestId") && !Reflect.get(input, "validateOnly");
  return takesOne && needsOne ? { ...input, requestId: randomUuid() } : input;
}

function canRepeat(method: DescMethodUnary, header: Header, input: object): boolean {
  return (
    method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS ||
    (!hasNonce(header) && Boolean(Reflect.get(input, "requestId") || Reflect.get(input, "validateOnly")))
  );
}

function hasNonce(header: Header): boolean {
  return new Headers(header).has("roster-client-nonce");
}

async function* throwingRosterErrors<T>(messages: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* messages;
  } catch (error) {
    throw RosterError.from(error);
  }
}
