import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";

const MAX_ACCOUNTS = 10_000;
const ALL_ACCOUNTS = "-";

/**
 * Remembers the highest revision that answers have shown of each account, as calls name it, and has reads ask for no less: a server that
 * reads from replicas then never shows what is older.
 */
export function withSeenRevisions(transport: Transport): Transport {
  const seen = new SeenRevisions();
  return {
    async unary(method, signal, timeoutMs, header, input, contextValues) {
      const account = accountOf(input);
      const seenBefore = seen.of(account);
      const request = asking(method.input, input, seenBefore);
      const response = await transport.unary(method, signal, timeoutMs, header, request, contextValues);
      const revision = revisionOf(response.message);
      // A lower one than was asked for is of a directory that was restored from a backup.
      if (request !== input && revision < seenBefore) seen.set(account, revision);
      else seen.raise(account, revision);
      return response;
    },
    async stream(method, signal, timeoutMs, header, inputs, contextValues) {
      let account = "";
      async function* requests() {
        for await (const input of inputs) {
          account = accountOf(input);
          yield asking(method.input, input, seen.of(account));
        }
      }
      const response = await transport.stream(method, signal, timeoutMs, header, requests(), contextValues);
      // Exports that are resumed, and watches that begin with the users that there are, show what is older.
      return { ...response, message: noting(response.message, (message) => seen.raise(account, revisionOf(message))) };
    },
  };
}

class SeenRevisions {
  readonly #byAccount = new Map<string, bigint>();

  /** 0: none. */
  of(account: string): bigint {
    return this.#byAccount.get(account) ?? 0n;
  }

  raise(account: string, revision: bigint): void {
    if (revision > this.of(account)) this.set(account, revision);
  }

  set(account: string, revision: bigint): void {
    if (account === ALL_ACCOUNTS) {
      return;
    }
    this.#byAccount.delete(account);
    this.#byAccount.set(account, revision);
    const [oldest] = this.#byAccount.keys();
    if (this.#byAccount.size > MAX_ACCOUNTS && oldest !== undefined) this.#byAccount.delete(oldest);
  }
}

function accountOf(input: object): string {
  const account: unknown = Reflect.get(input, "accountId");
  return typeof account === "string" ? account : "";
}

/** The request, with the revision if it can carry one and has none. */
function asking<I extends DescMessage>({ field }: I, input: MessageInitShape<I>, minRevision: bigint): MessageInitShape<I> {
  const canAsk = minRevision > 0n && field["minRevision"] !== undefined && accountOf(input) !== ALL_ACCOUNTS;
  return canAsk && !Reflect.get(input, "minRevision") ? { ...input, minRevision } : input;
}

/** Answers have one, and so has each change of a watch. 0: none. */
function revisionOf(message: object): bigint {
  const changes: unknown = Reflect.get(message, "changes");
  const last: unknown = Array.isArray(changes) ? changes.at(-1) : message;
  const revision: unknown = typeof last === "object" && last !== null ? Reflect.get(last, "revision") : undefined;
  return typeof revision === "bigint" ? revision : 0n;
}

async function* noting<T>(messages: AsyncIterable<T>, note: (message: T) => void): AsyncGenerator<T> {
  for await (const message of messages) {
    note(message);
    yield message;
  }
}
