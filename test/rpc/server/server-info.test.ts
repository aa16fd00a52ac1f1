import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ApiKeyRole } from "../../../gen/roster/v1/api_key_service_pb.js";
import type { ListFields } from "../../../gen/roster/v1/server_service_pb.js";
import manifest from "../../../package.json" with { type: "json" };
import { DAY, HOUR, SECOND } from "../../../src/directory/values/clock.ts";
import { methodName, SERVICES } from "../../../src/rpc/permissions/permissions.ts";
import { failure, PROTOCOL_NAMES } from "../../support/clients.ts";
import { firstMessage } from "../audit/audit-watcher.ts";
import { addUser, addUsers, present, take, useRoster, withRole } from "../setup.ts";

const SETTINGS = {
  maxMessageBytes: 2 ** 20,
  maxStreams: 77,
  maxLongLists: 3,
  changeRetention: 2 * DAY + HOUR,
  auditRetention: 9 * DAY,
};
const roster = useRoster(SETTINGS);

const secondsOf = (duration: { seconds: bigint } | undefined) => present(duration).seconds;

test.each(PROTOCOL_NAMES)(
  "GetServerInfo tells what runs, what is switched on, and for how long things are kept: %s",
  async (protocol) => {
    const { version, engine, features, retention, limits } = await roster.info(protocol).getServerInfo({});
    expect(version).toBe(manifest.version);
    expect(engine).toBe(roster.server.databaseUrl.startsWith("sqlite:") ? "sqlite" : "postgres");
    expect(features).toEqual([]);
    expect(secondsOf(retention?.changes)).toBe(2n * 86_400n + 3_600n);
    expect(secondsOf(retention?.auditEntries)).toBe(BigInt(SETTINGS.auditRetention / SECOND));
    expect([secondsOf(retention?.answers), secondsOf(retention?.pageTokens)]).toEqual([86_400n, 3n * 86_400n]);
    const { maxMessageBytes, maxStreams, maxLongLists } = SETTINGS;
    expect(limits).toMatchObject({ maxMessageBytes: BigInt(maxMessageBytes), maxStreams, maxLongLists });
  },
);

test("callers of every role are told, and nobody without a key", async () => {
  const account = await roster.account();
  const { id } = await addUser(account.users());
  for (const role of [ApiKeyRole.SELF, ApiKeyRole.READER, ApiKeyRole.WRITER, ApiKeyRole.ADMIN]) {
    const { info } = await withRole(roster, account, role, id);
    expect(await info().getServerInfo({})).toMatchObject({ version: manifest.version });
  }
  await failure(roster.as(undefined).info().getServerInfo({}), Code.Unauthenticated, "API_KEY_INVALID");
});

describe("the limits are those that calls meet", () => {
  test("of pages and chunks", async () => {
    const { limits } = await roster.info().getServerInfo({});
    const { defaultPageSize = 0, maxPageSize = 0, defaultChunkSize = 0, maxChunkSize = 0 } = limits ?? {};
    const accountId = await roster.emptyAccount();
    await addUsers(roster.users(), maxChunkSize + 1, undefined, accountId);
    const pageOf = async (pageSize: number) => (await roster.users().listUsers({ accountId, pageSize })).users.length;
    expect([await pageOf(0), await pageOf(maxPageSize + 1)]).toEqual([defaultPageSize, maxPageSize]);
    const readMask = { paths: ["id"] };
    const chunkOf = async (chunkSize: number) =>
      (await take(roster.users(), { accountId, chunkSize, readMask }, 1))[0]?.users.length;
    expect([await chunkOf(0), await chunkOf(maxChunkSize + 1)]).toEqual([defaultChunkSize, maxChunkSize]);
  });

  test("of changes", async () => {
    const { limits } = await roster.info().getServerInfo({});
    const { defaultChangePageSize: usual = 0, maxChangePageSize: most = 0 } = limits ?? {};
    const accountId = await roster.emptyAccount();
    const { changeToken } = await roster.users().listUserChanges({ accountId });
    // Changes of one transaction come together.
    const users = Array.from({ length: usual / 2 }, () => ({}));
    for (let changes = 0; changes <= most; changes += users.length) await roster.users().importUsers({ accountId, users });
    const pageOf = async (pageSize: number) =>
      (await roster.users().listUserChanges({ accountId, changeToken, pageSize })).changes.length;
    expect([await pageOf(0), await pageOf(most + 1)]).toEqual([usual, most]);
  });

  test("of filters", async () => {
    const { limits } = await roster.info().getServerInfo({});
    const { maxFilterBytes = 0, maxFilterTerms = 0, maxFilterDepth = 0 } = limits ?? {};
    const list = (filter: string) => roster.users().listUsers({ filter });
    const terms = (count: number) => Array(count).fill("super_admin").join("||");
    const depth = (levels: number): string =>
      levels === 1 ? "super_admin" : `super_admin ${levels % 2 === 0 ? "&&" : "||"} (${depth(levels - 1)})`;
    const bytes = (count: number) => `id=="${"x".repeat(count - 6)}"`;
    for (const [most, tooMuch] of [
      [terms(maxFilterTerms), terms(maxFilterTerms + 1)],
      [depth(maxFilterDepth), depth(maxFilterDepth + 1)],
      [bytes(maxFilterBytes), bytes(maxFilterBytes + 1)],
    ] as const) {
      await list(most);
      await failure(list(tooMuch), Code.InvalidArgument, "FILTER_INVALID");
    }
  });

  test("of repeated fields", async () => {
    const { limits } = await roster.info().getServerInfo({});
    const most = Number(limits?.maxItems["ImportUsersRequest.users"]);
    const call = (count: number) => roster.users().importUsers({ users: Array(count).fill({}), validateOnly: true });
    expect((await call(most)).created).toBe(most);
    await failure(call(most + 1), Code.InvalidArgument, "FIELD_INVALID");
    expect(Number(limits?.maxItems["LookupUsersRequest.keys"])).toBeGreaterThan(0);
  });
});

test("each list takes the filters and orders that are told of it, each protocol method that is told is there", async () => {
  const { lists, methods } = await roster.info().getServerInfo({});
  const { apiKeys, whoAmI } = { apiKeys: roster.keys(), whoAmI: await roster.keys().whoAmI({}) };
  expect(methods).toEqual(expect.arrayContaining(whoAmI.methods));
  const calls: Readonly<Record<string, (request: { filter?: string; orderBy?: string }) => Promise<unknown>>> = {
    "roster.v1.UserService/ListUsers": (request) => roster.users().listUsers(request),
    "roster.v1.UserService/ListUsersChunked": (request) => take(roster.users(), request, 1),
    "roster.v1.UserService/WatchUsers": async ({ filter = "" }) => {
      const hangUp = new AbortController();
      const stream = roster
        .users()
        .watchUsers({ filter, start: { case: "withInitialState", value: true } }, { signal: hangUp.signal });
      for await (const _ of stream) break;
      hangUp.abort();
    },
    "roster.v1.UserService/ListUserChanges": (request) => roster.users().listUserChanges(request),
    "roster.v1.SessionService/ListSessions": (request) => roster.sessions().listSessions(request),
    "roster.v1.AccountService/ListAccounts": (request) => roster.accounts().listAccounts(request),
    "roster.v1.ApiKeyService/ListApiKeys": (request) => apiKeys.listApiKeys(request),
    "roster.v1.AuditService/ListAuditEntries": (request) => roster.audit().listAuditEntries(request),
    "roster.v1.AuditService/WatchAuditEntries": (request) => firstMessage(roster.audit(), request),
  };
  expect(lists.map(({ method }) => method).sort()).toEqual(Object.keys(calls).sort());
  const filtered = SERVICES.flatMap((service) => [...service.methods]).filter(({ input }) => "filter" in input.field);
  expect(lists.map(({ method }) => method).sort()).toEqual(filtered.map(methodName).sort());
  for (const { method, filterFields, orderFields } of lists) {
    const call = calls[method] ?? expect.fail();
    expect(filterFields.length).toBeGreaterThan(5);
    await call({ filter: termsOf(filterFields) });
    if (orderFields.length > 0) await call({ orderBy: orderFields.join() });
  }
});

function termsOf(fields: ListFields["filterFields"]): string {
  return fields.map((field) => `has(${field === "metadata" ? "metadata.key" : field})`).join(" && ");
}
