import { createClient, type Transport } from "@connectrpc/connect";
import { noteReached } from "./connection.ts";
import { isTransient, isUnreachable, problemOf } from "./problem.ts";
import { type UserChange, UserService } from "./schema.ts";

export type WatchState = "connecting" | "live" | "paused" | "broken";

interface WatchOptions {
  readonly accountId: string;
  readonly filter: string;
  readonly onChanges: (changes: readonly UserChange[]) => void;
  readonly onState: (state: WatchState) => void;
  /** It has ended, and no other attempt would help. */
  readonly onFailure: (error: unknown) => void;
  /** Changes before now were not seen: what was read before must be read anew. */
  readonly onGap: () => void;
}

/** The place in the changes of an account after what was last seen of it, so that a list that is opened again goes on there. */
const placesOf = new WeakMap<Transport, Map<string, string>>();

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** A server sends something every 15 seconds. */
const SILENCE_MS = 40_000;

/**
 * Follows the users of an account from now on, until what it returns is called. A page out of sight does not watch: browsers have few
 * connections to a server, and what was missed is read by the token.
 */
export function watchUsers(transport: Transport, options: WatchOptions): () => void {
  const client = createClient(UserService, transport);
  const end = new AbortController();
  const places = placesOf.get(transport) ?? new Map<string, string>();
  placesOf.set(transport, places);
  const place = JSON.stringify([options.accountId, options.filter]);
  let token = places.get(place) ?? "";

  async function read(signal: AbortSignal): Promise<void> {
    const start =
      token === "" ? ({ case: "fromNow", value: true } as const) : ({ case: "changeToken", value: token } as const);
    const { accountId, filter } = options;
    const fresh = token === "";
    for await (const { changes, changeToken } of withoutSilence(
      client.watchUsers({ accountId, filter, start }, { signal }),
      SILENCE_MS,
    )) {
      if (fresh && !places.has(place)) options.onGap();
      token = changeToken;
      places.set(place, token);
      noteReached(true);
      options.onState("live");
      if (changes.length > 0) options.onChanges(changes);
    }
  }

  async function run(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!end.signal.aborted) {
      await visible(end.signal);
      const hidden = untilHidden(end.signal);
      try {
        options.onState("connecting");
        await read(hidden);
        pause = FIRST_PAUSE_MS;
      } catch (error) {
        if (end.signal.aborted) return;
        if (hidden.aborted) {
          options.onState("paused");
          continue;
        }
        if (problemOf(error).reason === "CHANGE_TOKEN_EXPIRED") {
          token = "";
          places.delete(place);
        } else if (!isTransient(error) && !(error instanceof Silence)) {
          options.onState("broken");
          options.onFailure(error);
          return;
        } else if (isUnreachable(error)) {
          noteReached(false);
        }
        options.onState("connecting");
        await delay(pause * (0.5 + Math.random() / 2), end.signal);
        pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
      }
    }
  }
  void run();
  return () => end.abort();
}

/** A connection that has died without a sign: after a sleep, behind a proxy that has forgotten it. */
class Silence extends Error {}

async function* withoutSilence<T>(messages: AsyncIterable<T>, longestMs: number): AsyncGenerator<T> {
  const iterator = messages[Symbol.asyncIterator]();
  try {
    for (;;) {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Silence()), longestMs);
      });
      const next = await Promise.race([iterator.next(), silence]).finally(() => clearTimeout(timer));
      if (next.done) return;
      yield next.value;
    }
  } finally {
    void iterator.return?.();
  }
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function visible(signal: AbortSignal): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    const look = () => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener("visibilitychange", look);
      resolve();
    };
    document.addEventListener("visibilitychange", look);
    signal.addEventListener("abort", look);
  });
}

const HIDDEN_MS = 20_000;

/** Aborts when the page has been out of sight for a while, and when the given signal does. */
function untilHidden(signal: AbortSignal): AbortSignal {
  const hidden = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(() => hidden.abort(), HIDDEN_MS);
  };
  document.addEventListener("visibilitychange", look);
  hidden.signal.addEventListener("abort", () => document.removeEventListener("visibilitychange", look));
  signal.addEventListener("abort", () => hidden.abort());
  return hidden.signal;
}
