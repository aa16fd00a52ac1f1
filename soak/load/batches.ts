import type { Message } from "@bufbuild/protobuf";
import { type RosterClient, RosterError, type User, UserStatus } from "@roster/client";
import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import { type Expectation, meets, type UserRecord } from "../ledger/user-record.ts";
import type { MethodName } from "./methods.ts";
import { refused } from "./refused.ts";
import { isAbsent, isActive, isLive, isSuspended, isThere, newUser, next } from "./users.ts";
import { type Desk, pickUsers, type Work } from "./work.ts";

const ROWS = 12;
const IMPORTED_ROWS = 40;

/** Calls that write many users in one transaction. */
export const BATCH_WORK: readonly Work[] = [
  {
    methods: ["UserService/ImportUsers"],
    weight: 4,
    do: async (desk) => {
      const about = desk.caller.tag();
      const records = pickUsers(desk, IMPORTED_ROWS, isAbsent);
      const users = records.map((record) => ({ ...newUser(desk, record), id: record.id, about }));
      await batch(
        desk,
        records,
        "UserService/ImportUsers",
        () => ({ version: 1n, about }),
        async (client, requestId) => client.users.importUsers({ users, requestId }),
      );
    },
  },
  {
    methods: ["UserService/BatchUpdateUsers"],
    weight: 3,
    do: async (desk) => {
      const about = desk.caller.tag();
      const records = pickUsers(desk, ROWS, isLive);
      const updates = records.map(({ id }) => ({ user: { id, about } }));
      const atomic = desk.caller.random.chance(0.5);
      if (desk.caller.random.chance(0.3)) await failAtomic(desk, updates);
      await batch(
        desk,
        records,
        "UserService/BatchUpdateUsers",
        (record) => next(record, about),
        (client, requestId) => client.users.batchUpdateUsers({ updates, atomic, requestId }),
      );
    },
  },
  {
    methods: ["UserService/BatchDeleteUsers"],
    weight: 1,
    do: async (desk) => {
      const records = pickUsers(desk, ROWS, isLive);
      const to = (record: UserRecord) => ({ ...next(record), deleted: true });
      await batch(desk, records, "UserService/BatchDeleteUsers", to, (client, requestId) =>
        client.users.batchDeleteUsers({ users: references(records), requestId }),
      );
      for (const { id } of records) desk.sessions.endAll(id);
    },
  },
  {
    methods: ["UserService/BatchSuspendUsers"],
    weight: 1,
    do: async (desk) => {
      const records = pickUsers(desk, ROWS, isActive);
      await batch(desk, records, "UserService/BatchSuspendUsers", next, (client, requestId) =>
        client.users.batchSuspendUsers({ users: references(records), atomic: true, requestId }),
      );
      for (const { id } of records) desk.sessions.endAll(id);
    },
  },
  {
    methods: ["UserService/BatchActivateUsers"],
    weight: 1,
    do: async (desk) => {
      const records = pickUsers(desk, ROWS, isSuspended);
      await batch(desk, records, "UserService/BatchActivateUsers", next, (client, requestId) =>
        client.users.batchActivateUsers({ users: references(records), requestId }),
      );
    },
  },
  {
    methods: ["UserService/BatchPurgeUsers"],
    weight: 1,
    do: async (desk) => {
      const records = pickUsers(desk, ROWS, isThere);
      await batch(
        desk,
        records,
        "UserService/BatchPurgeUsers",
        () => ({ version: 0n }),
        (client, requestId) => client.users.batchPurgeUsers({ users: references(records), requestId }),
      );
      for (const { id } of records) desk.sessions.forgetAll(id);
    },
  },
];

function references(records: readonly UserRecord[]) {
  return records.map(({ id }) => ({ key: { key: { case: "id", value: id } } }) as const);
}

interface Answer extends Message {
  readonly failures: readonly unknown[];
  readonly revision: bigint;
}

async function batch<T extends Answer>(
  desk: Desk,
  records: readonly UserRecord[],
  method: MethodName,
  to: (record: UserRecord) => Expectation,
  call: (client: RosterClient, requestId: string) => Promise<T>,
): Promise<void> {
  const { caller } = desk;
  if (records.length === 0) return;
  const expected = new Map(records.map((record) => [record, to(record)]));
  try {
    const { requestId, answer } = await caller.mutate({ method, call, ids: records.map(({ id }) => id) });
    if (answer === undefined) {
      caller.ledger.doubtedTogether(expected, method, requestId);
      for (const { id } of records) desk.sessions.forgetAll(id);
      return;
    }
    if (answer.failures.length > 0) throw new Error(`rows failed: ${JSON.stringify(answer.failures)}`);
    caller.saw(method, answer.revision);
    caller.ledger.transaction(
      answer.revision,
      records.map(({ id }) => id),
      requestId,
    );
    const stored = await readAll(desk, records);
    for (const [record, expectation] of expected) {
      const user = stored.get(record.id);
      record.tell(`${caller.ledger.timeline.time()} ${method} ${requestId}: revision ${answer.revision}`);
      if (!meets(user, expectation)) {
        throw caller.ledger.broken(PROMISES.batches, record, `${method} has left version ${user?.version ?? "none"}`);
      }
      record.become(user, answer.revision);
    }
  } catch (error) {
    throw refused(caller.ledger, records, method, error);
  }
}

/** What the batch itself does not answer. */
async function readAll({ caller }: Desk, records: readonly UserRecord[]): Promise<Map<string, User>> {
  const filter = `id in [${records.map(({ id }) => JSON.stringify(id)).join(", ")}]`;
  const { users } = await caller.read("UserService/ListUsers", (client) =>
    client.users.listUsers({ filter, pageSize: records.length, showDeleted: true }),
  );
  return new Map(users.map((user) => [user.id, user]));
}

/** One row that can't land, and none does. */
async function failAtomic(
  { caller }: Desk,
  updates: ReadonlyArray<{ readonly user: { readonly id: string } }>,
): Promise<void> {
  const nobody = { user: { id: "nobody", about: "never", status: UserStatus.ACTIVE } };
  try {
    const { answer } = await caller.mutate({
      method: "UserService/BatchUpdateUsers",
      call: ({ users }, requestId) =>
        users.batchUpdateUsers({
          updates: [...updates.map(({ user: { id } }) => ({ user: { id, about: "half done" } })), nobody],
          atomic: true,
          requestId,
        }),
    });
    if (answer !== undefined) throw new BrokenPromise(PROMISES.batches, "an atomic batch has landed with a row that can't");
  } catch (error) {
    if (RosterError.from(error).reason !== "USER_NOT_FOUND") throw error;
  }
}
