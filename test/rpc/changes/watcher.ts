import { expect, onTestFinished } from "vitest";
import type { UserChange } from "../../../gen/roster/v1/user_pb.js";
import { UserChangeType } from "../../../gen/roster/v1/user_pb.js";
import type { WatchUsersResponse } from "../../../gen/roster/v1/user_service_pb.js";
import type { Users } from "../setup.ts";

type Request = Parameters<Users["watchUsers"]>[0];

/** Takes so many messages of a watch, then hangs up. */
export async function takeChanges(users: Users, request: Request, count: number): Promise<WatchUsersResponse[]> {
  const watcher = watch(users, request);
  const messages: WatchUsersResponse[] = [];
  while (messages.length < count) messages.push(await watcher.next());
  watcher.hangUp();
  return messages;
}

export interface TestWatcher {
  /** The next message; fails the test if the stream ends. */
  next(): Promise<WatchUsersResponse>;
  /** Messages until so many changes are there; those of each message. Messages without changes are left out. */
  changes(count: number): Promise<UserChange[][]>;
  /** Every change up to one, in `brief`. */
  until(change: string): Promise<UserChange[]>;
  /** What the stream ends with, whatever comes before. */
  error(): Promise<unknown>;
  hangUp(): void;
}

/** Opens a watch that is hung up when the test ends, at the latest. */
export function watch(users: Users, request: Request): TestWatcher {
  const gone = new AbortController();
  const stream = users.watchUsers(request, { signal: gone.signal })[Symbol.asyncIterator]();
  const hangUp = () => gone.abort();
  onTestFinished(hangUp);
  const next = async () => {
    const { value, done } = await stream.next();
    return done === true ? expect.fail("the stream has ended") : value;
  };
  return {
    next,
    async changes(count) {
      const messages: UserChange[][] = [];
      for (let seen = 0; seen < count; ) {
        const { changes } = await next();
        if (changes.length > 0) messages.push(changes);
        seen += changes.length;
      }
      return messages;
    },
    async until(last) {
      const changes: UserChange[] = [];
      for (;;) {
        const message = await next();
        changes.push(...message.changes);
        if (message.changes.some((change) => brief(change) === last)) return changes;
      }
    },
    async error() {
      for (;;) {
        const { done } = await stream.next().catch((error: unknown) => ({ done: error }));
        if (done !== false && done !== undefined) return done;
      }
    },
    hangUp,
  };
}

/** A watch that has begun: its first message has come. */
export async function watchFromNow(users: Users, accountId = ""): Promise<TestWatcher> {
  const watcher = watch(users, { accountId });
  expect(await watcher.next()).toMatchObject({ changes: [], caughtUp: true });
  return watcher;
}

/** `CREATED ada 1` */
export function brief({ type, userId, version }: UserChange): string {
  return `${UserChangeType[type]} ${userId} ${version}`;
}
