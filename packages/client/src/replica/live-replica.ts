import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Client } from "@connectrpc/connect";
import { type User, UserSchema } from "../../gen/roster/v1/user_pb.js";
import type { UserService, WatchUsersResponse } from "../../gen/roster/v1/user_service_pb.js";
import type { RosterError } from "../errors.ts";
import { exportChunks } from "../export.ts";
import { SILENCE_MS, type StreamContext } from "../resume.ts";
import { type Backoff, createBackoff, ENDLESS } from "../retry.ts";
import { watchUsers } from "../watch.ts";
import { CopiedUsers } from "./copied-users.ts";
import type { ReplicaChange, ReplicaOptions, UserReplica } from "./replica.ts";

type Rpcs = Pick<Client<typeof UserService>, "listUsersChunked" | "watchUsers">;

export function openReplica(rpcs: Rpcs, options: ReplicaOptions, context: StreamContext): UserReplica {
  return new LiveReplica(rpcs, options, context);
}

class LiveReplica extends CopiedUsers implements UserReplica {
  readonly done: Promise<void>;
  readonly #ready = Promise.withResolvers<void>();
  readonly #closing = new AbortController();
  readonly #listeners = new Set<(changes: readonly ReplicaChange[]) => void>();
  readonly #rpcs: Rpcs;
  readonly #context: StreamContext;
  readonly #options: ReplicaOptions;
  #changeToken = "";
  #asOf = Number.NEGATIVE_INFINITY;
  #heardAt = Number.NEGATIVE_INFINITY;
  #isLive = false;

  constructor(rpcs: Rpcs, options: ReplicaOptions, context: StreamContext) {
    super();
    this.#rpcs = rpcs;
    this.#context = context;
    const { signal, retry = ENDLESS } = options;
    this.#options = { ...options, retry, signal: AbortSignal.any([this.#closing.signal, ...(signal ? [signal] : [])]) };
    this.done = this.#run();
    this.done.then(
      () => this.#ready.reject(new Error("the replica was closed before it was ready")),
      (error: unknown) => this.#ready.reject(error),
    );
    // Whoever waits for them is told.
    this.ready.catch(() => {});
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  get changeToken(): string {
    return this.#changeToken;
  }

  get lag(): number {
    const now = Date.now();
    return this.#isLive && now - this.#heardAt < SILENCE_MS ? 0 : Math.max(0, now - this.#asOf);
  }

  subscribe(listener: (changes: readonly ReplicaChange[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.done.catch(() => {});
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(): Promise<void> {
    const { retry = ENDLESS, signal, onRetry, store } = this.#options;
    const backoff = createBackoff({ retry, signals: [signal], onRetry, isWorthwhile: isStale });
    try {
      await this.#restore();
      while (!signal?.aborted) await this.#fillAndFollow(backoff);
    } catch (error) {
      if (!signal?.aborted) throw error;
    } finally {
      this.#isLive = false;
      await store?.close();
    }
  }

  async #fillAndFollow(backoff: Backoff): Promise<void> {
    try {
      if (this.#changeToken === "") await this.#fill();
      await this.#follow(backoff);
    } catch (error) {
      this.#isLive = false;
      await backoff.failed(error);
      this.#changeToken = "";
    }
  }

  /** Of the account and the filter alone: the same directory may be reached in several ways, and another knows no tokens of this one. */
  get #scope(): string {
    const { accountId = "", filter = "" } = this.#options;
    return JSON.stringify([accountId, filter]);
  }

  async #restore(): Promise<void> {
    const state = await this.#options.store?.load(this.#scope);
    if (state === undefined) return;
    const users = new Map<string, User>();
    for (const [id, bytes] of state.users) users.set(id, fromBinary(UserSchema, bytes));
    this.#changeToken = state.changeToken;
    this.#asOf = state.asOf;
    this.#tell(this.replace(users));
  }

  async #fill(): Promise<void> {
    const { accountId, filter, signal, retry, onRetry, store } = this.#options;
    const users = new Map<string, User>();
    let changeToken = "";
    const asOf = Date.now();
    for await (const chunk of exportChunks(this.#rpcs, { accountId, filter, signal, retry, onRetry }, this.#context)) {
      for (const user of chunk.users) users.set(user.id, user);
      ({ changeToken } = chunk);
    }
    await store?.replace(this.#scope, { users: encoded(users), changeToken, asOf });
    this.#changeToken = changeToken;
    this.#asOf = asOf;
    this.#tell(this.replace(users));
  }

  async #follow(backoff: Backoff): Promise<void> {
    const { onRetry, store: _, ...options } = this.#options;
    const watch = watchUsers(
      this.#rpcs,
      {
        ...options,
        changeToken: this.#changeToken,
        onRetry: (...failure) => {
          this.#isLive = false;
          onRetry?.(...failure);
        },
      },
      this.#context,
    );
    for await (const message of watch) {
      backoff.succeeded();
      await this.#take(message);
    }
  }

  async #take({ changes, changeToken, caughtUp }: WatchUsersResponse): Promise<void> {
    this.#heardAt = Date.now();
    const commitTime = changes.at(-1)?.commitTime;
    if (caughtUp) this.#asOf = this.#heardAt;
    else if (commitTime !== undefined) this.#asOf = Math.max(this.#asOf, timestampMs(commitTime));
    const { put, remove, told } = this.apply(changes);
    await this.#options.store?.change({ put: encoded(put), remove, changeToken, asOf: this.#asOf });
    this.#changeToken = changeToken;
    this.#isLive = caughtUp;
    this.#tell(told);
    if (caughtUp) this.#ready.resolve();
  }

  #tell(changes: readonly ReplicaChange[]): void {
    if (changes.length === 0) return;
    for (const listener of this.#listeners) {
      try {
        listener(changes);
      } catch (error) {
        // The mistake of one listener is no matter of the copy or of other listeners.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}

const STALE = new Set<string | undefined>([
  "CHANGE_TOKEN_EXPIRED",
  "CHANGE_TOKEN_INVALID",
  "CHANGE_TOKEN_MISMATCH",
  "RESUME_TOKEN_EXPIRED",
  "RESUME_TOKEN_INVALID",
  "RESUME_TOKEN_MISMATCH",
]);

/** Whether another export helps: the history no longer reaches back to the token, or this is another directory, or was restored. */
function isStale({ reason }: RosterError): boolean {
  return STALE.has(reason);
}

function* encoded(users: Iterable<readonly [string, User]>): Generator<[string, Uint8Array]> {
  for (const [id, user] of users) yield [id, toBinary(UserSchema, user)];
}
