import type { Session } from "@roster/client";
import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import type { SessionRecord } from "../ledger/session-book.ts";
import type { MethodName } from "./methods.ts";
import { refused } from "./refused.ts";
import { isActive } from "./users.ts";
import { type Desk, pickUser, type Work } from "./work.ts";

/** Calls about sessions. */
export const SESSION_WORK: readonly Work[] = [
  {
    methods: ["SessionService/CreateSession"],
    weight: 8,
    do: async (desk) => {
      const record = pickUser(desk, isActive);
      if (record === undefined) return;
      const tag = desk.caller.tag();
      const session = { id: `s-${tag}`, userId: record.id, metadata: { tag } };
      const { answer } = await attempt(desk, record.id, "SessionService/CreateSession", () =>
        desk.caller.mutate({
          method: "SessionService/CreateSession",
          call: ({ sessions }, requestId) => sessions.createSession({ session, requestId }),
          ids: [record.id],
        }),
      );
      if (answer !== undefined)
        desk.sessions.sessions.set(session.id, { id: session.id, userId: record.id, open: true, tag });
    },
  },
  {
    methods: ["SessionService/UpdateSession"],
    weight: 4,
    do: (desk) =>
      withSession(desk, true, async (session) => {
        const tag = desk.caller.tag();
        const { answer } = await attempt(desk, session.userId, "SessionService/UpdateSession", () =>
          desk.caller.mutate({
            method: "SessionService/UpdateSession",
            call: ({ sessions }, requestId) =>
              sessions.updateSession({ session: { id: session.id, metadata: { tag } }, requestId }),
            ids: [session.userId],
          }),
        );
        if (answer === undefined) desk.sessions.sessions.delete(session.id);
        else session.tag = tag;
      }),
  },
  {
    methods: ["SessionService/EndSession"],
    weight: 3,
    do: (desk) =>
      withSession(desk, true, async (session) => {
        const { answer } = await attempt(desk, session.userId, "SessionService/EndSession", () =>
          desk.caller.mutate({
            method: "SessionService/EndSession",
            call: ({ sessions }, requestId) => sessions.endSession({ id: session.id, requestId }),
            ids: [session.userId],
          }),
        );
        if (answer === undefined) desk.sessions.sessions.delete(session.id);
        else session.open = false;
      }),
  },
  {
    methods: ["SessionService/DeleteSession"],
    weight: 5,
    do: (desk) =>
      withSession(desk, false, async (session) => {
        desk.sessions.sessions.delete(session.id);
        await attempt(desk, session.userId, "SessionService/DeleteSession", () =>
          desk.caller.mutate({
            method: "SessionService/DeleteSession",
            call: ({ sessions }, requestId) => sessions.deleteSession({ id: session.id, requestId }),
            ids: [session.userId],
          }),
        );
      }),
  },
  {
    methods: ["SessionService/EndUserSessions"],
    weight: 1,
    do: (desk) =>
      withSession(desk, true, async ({ userId }) => {
        const { answer } = await attempt(desk, userId, "SessionService/EndUserSessions", () =>
          desk.caller.mutate({
            method: "SessionService/EndUserSessions",
            call: ({ sessions }, requestId) => sessions.endUserSessions({ userId, requestId }),
            ids: [userId],
          }),
        );
        if (answer === undefined) desk.sessions.forgetAll(userId);
        else desk.sessions.endAll(userId);
      }),
  },
  {
    methods: ["SessionService/GetSession"],
    weight: 6,
    do: (desk) =>
      withSession(desk, undefined, async (record) => {
        const { session } = await attempt(desk, record.userId, "SessionService/GetSession", () =>
          desk.caller.read("SessionService/GetSession", ({ sessions }) => sessions.getSession({ id: record.id })),
        );
        demandSession(desk, record, session);
      }),
  },
  {
    methods: ["SessionService/ListUserSessions"],
    weight: 2,
    do: (desk) =>
      withSession(desk, undefined, async ({ userId }) => {
        const { sessions } = await attempt(desk, userId, "SessionService/ListUserSessions", () =>
          desk.caller.read("SessionService/ListUserSessions", (client) =>
            client.sessions.listUserSessions({ userId, pageSize: 1000 }),
          ),
        );
        const found = new Map(sessions.map((session) => [session.id, session]));
        for (const record of desk.sessions.of(userId)) demandSession(desk, record, found.get(record.id));
      }),
  },
  {
    methods: ["SessionService/ListSessions"],
    weight: 1,
    do: (desk) =>
      withSession(desk, true, async (record) => {
        const filter = `user_id == "${record.userId}" && !has(end_time)`;
        const { sessions } = await desk.caller.read("SessionService/ListSessions", (client) =>
          client.sessions.listSessions({ filter, pageSize: 1000 }),
        );
        const found = sessions.find(({ id }) => id === record.id);
        demandSession(desk, record, found);
      }),
  },
];

/** One whose user is live, at random. `open`: whether it has not ended; undefined: either. */
async function withSession(desk: Desk, open: boolean | undefined, work: (session: SessionRecord) => Promise<void>) {
  const { caller, sessions } = desk;
  const suiting = [...sessions.sessions.values()].filter(
    (session) => (open === undefined || session.open === open) && isUsable(desk, session),
  );
  const session = suiting[caller.random.below(suiting.length)];
  if (session !== undefined) await work(session);
}

function isUsable({ caller }: Desk, { userId }: SessionRecord): boolean {
  const record = caller.ledger.record(userId);
  return record.isLive && record.doubt === undefined;
}

export function demandSession({ caller }: Desk, record: SessionRecord, found: Session | undefined): void {
  const isRight =
    found !== undefined && (found.endTime === undefined) === record.open && found.metadata?.["tag"] === record.tag;
  if (!isRight) {
    const evidence = [
      `acknowledged: ${JSON.stringify(record)}`,
      ...caller.ledger.historyOf(caller.ledger.record(record.userId)),
    ];
    throw new BrokenPromise(PROMISES.sessions, `session ${record.id} is ${JSON.stringify(found, withoutBigInts)}`, evidence);
  }
}

function withoutBigInts(_: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

async function attempt<T>({ caller }: Desk, userId: string, method: MethodName, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw refused(caller.ledger, [caller.ledger.record(userId)], method, error);
  }
}
