import { noteReached } from "./connection.ts";
import { isTransient, isUnreachable, problemOf } from "./problem.ts";

export type WatchState = "connecting" | "live" | "paused" | "broken";

interface FollowOptions<M> {
  /** Opens the stream after the message that had the token. Empty: from now on. */
  readonly open: (token: string, signal: AbortSignal) => AsyncIterable<M>;
  readonly tokenOf: (message: M) => string;
  readonly onMessage: (message: M) => void;
  readonly onState: (state: WatchState) => void;
  /** It has ended, and no other attempt would help. */
  readonly onFailure: (error: unknown) => void;
  /** What came before now was not seen: what was read before must be read anew. */
  readonly onGap: () => void;
  /** Where tokens are kept, and by which name, so that whoever follows the same again goes on there. */
  readonly places: Map<string, string>;
  readonly place: string;
}

const EXPIRED: ReadonlySet<string | undefined> = new Set(["CHANGE_TOKEN_EXPIRED", "RESUME_TOKEN_EXPIRED"]);
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** A server sends something every 15 seconds. */
const SILENCE_MS = 40_000;

/**
 * Follows a stream of the server, until what it returns is called; one that breaks goes on by its token. A page out of sight does not
 * follow: browsers have few connections to a server, and what was missed is read by the token.
 */
export function follow<M>(options: FollowOptions<M>): () => void {
  const { open, tokenOf, places, place, onState, onFailure } = options;
  const end = new AbortController();
  let token = places.get(place) ?? "";

  async function read(signal: AbortSignal): Promise<void> {
    const fresh = token === "";
    for await (const message of withoutSilence(open(token, signal), SILENCE_MS)) {
      if (fresh && !places.has(place)) options.onGap();
      token = tokenOf(message);
      places.set(place, token);
      noteReached(true);
      onState("live");
      options.onMessage(message);
    }
  }

  async function run(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!end.signal.aborted) {
      await visible(end.signal);
      const hidden = untilHidden(end.signal);
      try {
        onState("connecting");
        await read(hidden);
        pause = FIRST_PAUSE_MS;
      } catch (error) {
        if (end.signal.aborted) return;
        if (hidden.aborted) {
          onState("paused");
          continue;
        }
        if (EXPIRED.has(problemOf(error).reason)) {
          token = "";
          places.delete(place);
        } else if (!isTransient(error) && !(error instanceof Silence)) {
          onState("broken");
          onFailure(error);
          return;
        } else if (isUnreachable(error)) {
          noteReached(false);
        }
        onState("connecting");
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
