import type { Message } from "@bufbuild/protobuf";
import type { RosterClient, User } from "@roster/client";
import { MetadataUpdate, UserStatus } from "@roster/client";
import { PROMISES } from "../broken-promise.ts";
import type { Expectation, UserRecord } from "../ledger/user-record.ts";
import type { MethodName } from "./methods.ts";
import { refused } from "./refused.ts";
import { type Desk, pickUser, type Work } from "./work.ts";

/** Calls that write one user. */
export const USER_WORK: readonly Work[] = [
  {
    methods: ["UserService/CreateUser"],
    weight: 16,
    do: (desk) =>
      withUser(desk, isAbsent, async (record) => {
        const user = { ...newUser(desk, record), about: desk.caller.tag() };
        const to = { version: 1n, about: user.about, deleted: false };
        if (desk.caller.random.chance(0.05)) await tryCreate(desk, record);
        await change(desk, record, "UserService/CreateUser", to, ({ users }, requestId) =>
          users.createUser({ userId: record.id, user, requestId }),
        );
      }),
  },
  {
    methods: ["UserService/UpsertUser"],
    weight: 6,
    do: (desk) =>
      withUser(
        desk,
        (record) => !isDeleted(record),
        async (record) => {
          const user = { ...newUser(desk, record), id: record.id, about: desk.caller.tag() };
          await change(desk, record, "UserService/UpsertUser", next(record, user.about), ({ users }, requestId) =>
            users.upsertUser({ user, requestId }),
          );
        },
      ),
  },
  {
    methods: ["UserService/UpdateUser"],
    weight: 40,
    do: (desk) =>
      withUser(desk, isLive, async (record) => {
        const about = desk.caller.tag();
        const etag = desk.caller.random.chance(0.5) ? (record.user?.etag ?? "") : "";
        const user = { id: record.id, about, etag, metadata: { [`at ${desk.caller.random.below(5)}`]: about } };
        const request = { user, metadataUpdate: MetadataUpdate.MERGE };
        await change(desk, record, "UserService/UpdateUser", next(record, about), ({ users }, requestId) =>
          users.updateUser({ ...request, requestId }),
        );
      }),
  },
  {
    methods: ["UserService/DeleteUser"],
    weight: 6,
    do: (desk) =>
      withUser(desk, isLive, async (record) => {
        const to = { ...next(record), deleted: true };
        const etag = record.user?.etag ?? "";
        await change(desk, record, "UserService/DeleteUser", to, ({ users }, requestId) =>
          users.deleteUser({ id: record.id, etag, requestId }),
        );
        desk.sessions.endAll(record.id);
      }),
  },
  {
    methods: ["UserService/UndeleteUser"],
    weight: 6,
    do: (desk) =>
      withUser(desk, isDeleted, async (record) => {
        await change(desk, record, "UserService/UndeleteUser", next(record), ({ users }, requestId) =>
          users.undeleteUser({ id: record.id, requestId }),
        );
      }),
  },
  {
    methods: ["UserService/SuspendUser"],
    weight: 4,
    do: (desk) =>
      withUser(desk, isActive, async (record) => {
        await change(desk, record, "UserService/SuspendUser", next(record), ({ users }, requestId) =>
          users.suspendUser({ id: record.id, requestId }),
        );
        desk.sessions.endAll(record.id);
      }),
  },
  {
    methods: ["UserService/ActivateUser"],
    weight: 4,
    do: (desk) =>
      withUser(desk, isSuspended, async (record) => {
        await change(desk, record, "UserService/ActivateUser", next(record), ({ users }, requestId) =>
          users.activateUser({ id: record.id, requestId }),
        );
      }),
  },
  {
    methods: ["UserService/PurgeUser"],
    weight: 3,
    do: (desk) =>
      withUser(desk, isThere, async (record) => {
        await change(desk, record, "UserService/PurgeUser", GONE, ({ users }, requestId) =>
          users.purgeUser({ id: record.id, requestId }),
        );
        desk.sessions.forgetAll(record.id);
      }),
  },
];

export const isAbsent = ({ user }: UserRecord): boolean => user === undefined;
export const isThere = ({ user }: UserRecord): boolean => user !== undefined;
export const isLive = (record: UserRecord): boolean => record.isLive;
export const isDeleted = ({ user }: UserRecord): boolean => user?.deleteTime !== undefined;
export const isActive = ({ isLive, user }: UserRecord): boolean => isLive && user?.status === UserStatus.ACTIVE;
export const isSuspended = ({ isLive, user }: UserRecord): boolean => isLive && user?.status === UserStatus.SUSPENDED;

const GONE: Expectation = { version: 0n };

/** One version more. */
export function next({ user }: UserRecord, about = user?.about): Expectation {
  return { version: (user?.version ?? 0n) + 1n, about, deleted: false };
}

/** As callers of this desk create users: lists and searches find exactly those by `project` and by the name. */
export function newUser({ caller }: Desk, { id }: Pick<UserRecord, "id">) {
  return {
    externalId: `crm/${id}`,
    email: `${id}@soak.example.com`,
    name: "Soak",
    displayName: `${SEARCHED} ${caller.name}`,
    project: caller.name,
  };
}

export const SEARCHED = "Soaked";

async function withUser(desk: Desk, suits: (record: UserRecord) => boolean, work: (record: UserRecord) => Promise<void>) {
  const record = pickUser(desk, suits);
  if (record !== undefined) await work(record);
}

interface Answer extends Message {
  readonly user?: User | undefined;
  readonly revision: bigint;
}

async function change<T extends Answer>(
  { caller, sessions }: Desk,
  record: UserRecord,
  method: MethodName,
  to: Expectation,
  call: (client: RosterClient, requestId: string) => Promise<T>,
): Promise<void> {
  try {
    const { requestId, answer } = await caller.mutate({ method, call, ids: [record.id] });
    if (answer === undefined) {
      caller.ledger.doubted(record, method, requestId, to);
      sessions.forgetAll(record.id);
      return;
    }
    caller.ledger.changed(record, method, requestId, answer.user, answer.revision, to);
    caller.saw(method, answer.revision);
  } catch (error) {
    throw refused(caller.ledger, [record], method, error);
  }
}

async function tryCreate({ caller }: Desk, record: UserRecord): Promise<void> {
  const { answer } = await caller.mutate({
    method: "UserService/CreateUser",
    call: ({ users }) => users.createUser({ userId: record.id, user: {}, validateOnly: true }),
    repeatable: "never",
  });
  if (answer !== undefined && (answer.user?.id !== record.id || !answer.created)) {
    throw caller.ledger.broken(PROMISES.validateOnly, record, "it would not have been created");
  }
}
