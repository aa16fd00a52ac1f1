import { Code } from "@connectrpc/connect";
import { createRosterClient } from "@roster/client";
import { expect, onTestFinished, test, vi } from "vitest";
import { AccountService } from "../../../gen/roster/v1/account_service_pb.js";
import { ApiKeyRole, ApiKeyService } from "../../../gen/roster/v1/api_key_service_pb.js";
import { UserService } from "../../../gen/roster/v1/user_service_pb.js";
import { LONG } from "../../support/bounds.ts";
import { clientOf, failure } from "../../support/clients.ts";
import type { Pair, ReplicatedServer } from "./pair.ts";
import { READS } from "./reads.ts";

export function whatIsShown(pair: Pair): void {
  test("a read never goes back behind what its caller, or another caller of the same server, has seen", LONG, async () => {
    const [writer, server] = [await pair.serve(), await pair.serveFromReplica()];
    const accounts = clientOf(AccountService, writer.baseUrl, pair.directory.secret);
    const accountOf = new Map<string, string>();
    for (const [index, name] of Object.keys(READS).entries()) {
      const { account } = await accounts.createAccount({ account: { name: `Account of ${name}`, slug: `seen-${index}` } });
      accountOf.set(name, account?.id ?? "");
      await writer.users.createUser({
        accountId: account?.id ?? "",
        user: { id: "seen", externalId: "seen", name: "Before" },
      });
    }
    await pair.pauseReplica();
    for (const [name, read] of Object.entries(READS)) {
      const accountId = accountOf.get(name) ?? "";
      const { revision } = await writer.users.updateUser({ accountId, user: { id: "seen", name: "After" } });
      const before = server.counts();
      const shown = [];
      for (const minRevision of [0n, revision, 0n]) shown.push(await read(server, { accountId, minRevision }));
      expect([name, ...shown]).toEqual([name, "Before", "After", "After"]);
      expect([name, countsSince(before, server)]).toEqual([name, { answered: 1, passedOn: 2 }]);

      // What was committed on the same server needs no revision.
      await server.users.updateUser({ accountId, user: { id: "seen", name: "Later" } });
      expect([name, await read(server, { accountId, minRevision: 0n })]).toEqual([name, "Later"]);
    }
  });

  test("a replica that is a little behind is waited for", async () => {
    const server = await pair.serveFromReplica();
    for (let count = 0; count < 50; count += 1) {
      const { user, revision } = await server.users.createUser({ user: { name: "New" } });
      const found = await server.users.getUser({ key: { case: "id", value: user?.id ?? "" } });
      expect(found.user).toEqual(user);
      expect(found.revision).toBeGreaterThanOrEqual(revision);
    }
    // On a busy machine one or another may be too late.
    expect(server.counts()[0]?.answered).toBeGreaterThan(25);
  });

  test("totals, pages in both directions and their tokens hold whatever server and replica answers", async () => {
    const [primary, replica] = [await pair.serve(), await pair.serveFromReplica()];
    const filter = 'project == "paged"';
    const add = (from: number) =>
      primary.users.importUsers({
        users: Array.from({ length: 5 }, (_, index) => ({ id: `paged-${from + index}`, project: "paged" })),
      });
    const page = ({ users }: ReplicatedServer, pageToken = "") =>
      users.listUsers({ filter, orderBy: "id", pageSize: 4, includeTotal: true, pageToken });
    await add(0);
    await pair.pauseReplica();
    await add(5);
    expect((await page(replica)).totalSize).toBe(5n);

    const first = await page(primary);
    // The token tells how new the first page was: the replica would show no more than one user here.
    const second = await page(replica, first.nextPageToken);
    expect(second).toMatchObject({ totalSize: 10n, revision: first.revision });
    const third = await page(primary, second.nextPageToken);
    const ids = [first, second, third].map(({ users }) => users.map(({ id }) => id));
    expect(ids.flat()).toEqual(Array.from({ length: 10 }, (_, index) => `paged-${index}`));
    expect((await page(replica, third.previousPageToken)).users).toEqual(second.users);
    await failure(page(replica, "no token"), Code.InvalidArgument, "PAGE_TOKEN_INVALID");
  });

  test("an export is of one revision on every replica, and with the changes after it complete", async () => {
    const [primary, replica, other] = [await pair.serve(), await pair.serveFromReplica(), await pair.serveFromReplica()];
    await primary.users.importUsers({ users: Array.from({ length: 30 }, (_, index) => ({ id: `exported-${index}` })) });
    await pair.pauseReplica();
    await primary.users.createUser({ user: { id: "exported-late" } });

    // Begun where all is known, and resumed on a replica that does not know it yet.
    const begun = primary.users.listUsersChunked({ chunkSize: 10 })[Symbol.asyncIterator]();
    const { value: first } = await begun.next();
    await begun.return?.();
    const ids = first.users.map(({ id }: { id: string }) => id);
    let total = 0n;
    for await (const { users, summary } of replica.users.listUsersChunked({ resumeToken: first.resumeToken })) {
      ids.push(...users.map(({ id }) => id));
      total = summary?.userCount ?? total;
    }
    expect(ids).toContain("exported-late");
    expect(BigInt(new Set(ids).size)).toBe(total);

    // Begun on a replica that is behind: what is missing comes with the changes.
    let changeToken = "";
    const exported: string[] = [];
    const reader = createRosterClient({ baseUrl: other.baseUrl, apiKey: pair.directory.secret });
    onTestFinished(reader.close);
    for await (const chunk of reader.users.chunks()) {
      exported.push(...chunk.users.map(({ id }) => id));
      changeToken = chunk.changeToken;
    }
    expect(exported).not.toContain("exported-late");
    expect(other.counts()).toEqual([{ answered: 1, passedOn: 0 }]);
    const { changes } = await other.users.listUserChanges({ changeToken });
    expect(changes.map(({ userId }) => userId)).toEqual(["exported-late"]);
  });

  test("keys, users and accounts that are new, revoked or suspended are so at once, however far the replica is behind", async () => {
    const [primary, replica] = [await pair.serve(), await pair.serveFromReplica()];
    const create = async () => {
      const { apiKey, secret } = await primary.keys.createApiKey({
        apiKey: { displayName: "Key", role: ApiKeyRole.READER },
      });
      return { id: apiKey?.id ?? "", users: clientOf(UserService, replica.baseUrl, secret) };
    };
    const old = await create();
    await old.users.listUsers({ pageSize: 1 });
    await pair.pauseReplica();

    const fresh = await create();
    await fresh.users.listUsers({ pageSize: 1 });
    await primary.keys.revokeApiKey({ id: old.id });
    await vi.waitFor(() => failure(old.users.listUsers({}), Code.Unauthenticated, "API_KEY_INVALID"), 5_000);
    await clientOf(ApiKeyService, replica.baseUrl, pair.directory.secret).revokeApiKey({ id: fresh.id });
    await failure(fresh.users.listUsers({}), Code.Unauthenticated, "API_KEY_INVALID");

    const accounts = clientOf(AccountService, primary.baseUrl, pair.directory.secret);
    const { account } = await accounts.createAccount({ account: { name: "New", slug: "new-account" } });
    const accountId = account?.id ?? "";
    const { users, revision } = await replica.users.listUsers({ accountId });
    expect({ users, revision }).toEqual({ users: [], revision: 0n });

    // An account that is gone is gone.
    await pair.directory.resume();
    await vi.waitFor(async () => {
      const before = replica.counts();
      await replica.users.listUsers({ accountId });
      expect(countsSince(before, replica)).toEqual({ answered: 1, passedOn: 0 });
    });
    await pair.directory.pause();
    await clientOf(AccountService, replica.baseUrl, pair.directory.secret).deleteAccount({ accountId });
    await failure(replica.users.listUsers({ accountId }), Code.NotFound, "ACCOUNT_NOT_FOUND");
  });
}

function countsSince([before]: ReturnType<ReplicatedServer["counts"]>, server: ReplicatedServer) {
  const [now] = server.counts();
  return {
    answered: (now?.answered ?? 0) - (before?.answered ?? 0),
    passedOn: (now?.passedOn ?? 0) - (before?.passedOn ?? 0),
  };
}
