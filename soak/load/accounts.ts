import { AccountStatus, RosterError } from "@roster/client";
import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import type { Desk, Work } from "./work.ts";

/** Calls about accounts, the audit log and the server. */
export const ACCOUNT_WORK: readonly Work[] = [
  {
    methods: [
      "AccountService/CreateAccount",
      "AccountService/GetAccount",
      "AccountService/UpdateAccount",
      "AccountService/SuspendAccount",
      "AccountService/ActivateAccount",
      "AccountService/ListAccounts",
      "AccountService/DeleteAccount",
    ],
    weight: 0.5,
    do: wholeLife,
  },
  {
    methods: ["AuditService/ListAuditEntries"],
    weight: 1,
    do: async ({ caller }) => {
      const { entries } = await caller.read("AuditService/ListAuditEntries", ({ audit }) => audit.listAuditEntries({}));
      const gap = entries.find(({ sequence }, index) => sequence + BigInt(index) !== entries[0]?.sequence);
      if (gap !== undefined) throw new BrokenPromise(PROMISES.audit, `the log has a gap after ${gap.sequence}`);
    },
  },
  {
    methods: ["ServerService/GetServerInfo"],
    weight: 0.5,
    do: async ({ caller }) =>
      void (await caller.read("ServerService/GetServerInfo", ({ server }) => server.getServerInfo({}))),
  },
];

/** An account from its first day to its last. What is not answered ends it early. */
async function wholeLife(desk: Desk): Promise<void> {
  const { caller } = desk;
  const account = { name: `Of ${caller.tag()}` };
  const { answer: created } = await caller.mutate({
    method: "AccountService/CreateAccount",
    call: ({ accounts }, requestId) => accounts.createAccount({ account, requestId }),
    repeatable: "soon",
  });
  const accountId = created?.account?.id;
  if (accountId === undefined) return;
  const suspended = await suspend(desk, accountId);
  if (suspended === undefined) return;
  await expectStatus(desk, accountId, suspended);
  const { answer: renamed } = await caller.mutate({
    method: "AccountService/UpdateAccount",
    call: ({ accounts }, requestId) =>
      accounts.updateAccount({ accountId, account: { metadata: { tag: caller.name } }, requestId }),
    repeatable: "soon",
  });
  const { answer: user } = await caller.mutate({
    method: "UserService/CreateUser",
    call: ({ users }, requestId) => users.createUser({ accountId, userId: "one", user: {}, requestId }),
    repeatable: "soon",
  });
  if (renamed === undefined || user === undefined) return;
  if (user.revision !== 1n)
    throw new BrokenPromise(PROMISES.revision, `the first user of ${accountId} is at ${user.revision}`);
  await expectListed(desk, accountId, true);
  const { answer: deleted } = await caller.mutate({
    method: "AccountService/DeleteAccount",
    call: ({ accounts }, requestId) => accounts.deleteAccount({ accountId, force: true, requestId }),
    repeatable: "soon",
  });
  if (deleted !== undefined) await expectListed(desk, accountId, false);
}

/** Suspends it, and at times activates it again. */
async function suspend({ caller }: Desk, accountId: string): Promise<AccountStatus | undefined> {
  const { answer } = await caller.mutate({
    method: "AccountService/SuspendAccount",
    call: ({ accounts }, requestId) => accounts.suspendAccount({ accountId, requestId }),
    repeatable: "soon",
  });
  if (answer === undefined || caller.random.chance(0.5)) return answer?.account?.status;
  const { answer: activated } = await caller.mutate({
    method: "AccountService/ActivateAccount",
    call: ({ accounts }, requestId) => accounts.activateAccount({ accountId, requestId }),
    repeatable: "soon",
  });
  return activated?.account?.status;
}

async function expectStatus({ caller }: Desk, accountId: string, status: AccountStatus): Promise<void> {
  const { account } = await caller.read("AccountService/GetAccount", ({ accounts }) => accounts.getAccount({ accountId }));
  if (account?.status === status) return;
  const [found = "none", expected] = [AccountStatus[account?.status ?? 0], AccountStatus[status]];
  throw new BrokenPromise(PROMISES.durable, `account ${accountId} has status ${found}, and was acknowledged as ${expected}`);
}

async function expectListed({ caller }: Desk, accountId: string, isThere: boolean): Promise<void> {
  const filter = `id == "${accountId}"`;
  const { accounts } = await caller.read("AccountService/ListAccounts", (client) =>
    client.accounts.listAccounts({ filter }),
  );
  const found = await caller
    .read("UserService/GetUser", ({ users }) => users.getUser({ accountId, key: { case: "id", value: "one" } }))
    .then(
      () => true,
      (error: unknown) => {
        if (RosterError.from(error).reason !== "ACCOUNT_NOT_FOUND") throw error;
        return false;
      },
    );
  if (accounts.length !== Number(isThere) || found !== isThere) {
    throw new BrokenPromise(PROMISES.durable, `account ${accountId}: ${isThere ? "it is gone" : "it is still there"}`);
  }
}
