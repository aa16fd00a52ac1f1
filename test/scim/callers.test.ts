import { expect, test } from "vitest";
import { ApiKeyRole } from "../../gen/roster/v1/api_key_service_pb.js";
import { UserChangeType } from "../../gen/roster/v1/user_pb.js";
import { watchFromNow } from "../rpc/changes/watcher.ts";
import { createKey } from "../support/clients.ts";
import { addPerson, idOf, PATCH_OP, person, scimFailure, useScim } from "./setup.ts";

const roster = useScim();

test("a write is a change like any other: in the history, in the audit log with who made it, under the rights of its key", async () => {
  const account = await roster.account();
  const { url } = roster.server;
  const writer = await createKey(url, account.secret, ApiKeyRole.WRITER);
  const key = (await roster.as(writer).keys().whoAmI({})).apiKey;
  const watcher = await watchFromNow(account.users());
  const scim = roster.scim(writer);

  const id = idOf(await addPerson(scim, "ada"));
  const path = `/Users/${id}`;
  const deactivate = { schemas: [PATCH_OP], Operations: [{ op: "replace", path: "active", value: false }] };
  await scim("PATCH", path, deactivate);
  await scim("PUT", path, person("ada", { displayName: "Ada" }));
  await scim("PUT", path, person("ada", { displayName: "Ada" }));
  await scim("DELETE", path);

  const changes = (await watcher.changes(4)).flat();
  expect(changes.map(({ type, apiKeyId }) => ({ type, apiKeyId }))).toEqual(
    [UserChangeType.CREATED, UserChangeType.UPDATED, UserChangeType.UPDATED, UserChangeType.DELETED].map((type) => ({
      type,
      apiKeyId: key?.id,
    })),
  );
  const { entries } = await account.audit().listAuditEntries({ filter: `user_id == "${id}"`, orderBy: "sequence" });
  expect(entries.map(({ method, apiKeyId, callerUserId, address }) => [method, apiKeyId, callerUserId, address])).toEqual(
    ["CreateUser", "UpdateUser", "UpdateUser", "DeleteUser"].map((name) => [
      `roster.v1.UserService/${name}`,
      key?.id,
      account.ownerId,
      "127.0.0.1",
    ]),
  );
  expect(entries.map(({ changedFields }) => changedFields)).toEqual([[], ["status"], ["display_name", "status"], []]);

  const reader = roster.scim(await createKey(url, account.secret, ApiKeyRole.READER));
  const bob = await addPerson(scim, "bob");
  expect((await reader("GET", `/Users/${idOf(bob)}`)).body).toEqual(bob);
  for (const [method, where] of [
    ["POST", "/Users"],
    ["PUT", `/Users/${idOf(bob)}`],
    ["DELETE", `/Users/${idOf(bob)}`],
  ] as const) {
    await scimFailure(reader(method, where, method === "DELETE" ? undefined : person("eve")), 403);
  }
  const refused = await account.audit().listAuditEntries({ filter: 'outcome == "REFUSED"' });
  expect(refused.entries.map(({ method }) => method)).toContain("roster.v1.UserService/DeleteUser");
  // Another account's users are nobody's.
  const stranger = roster.scim((await roster.account()).secret);
  await scimFailure(stranger("GET", `/Users/${idOf(bob)}`), 404);
  expect((await stranger("GET", '/Users?filter=userName eq "bob"')).body).toMatchObject({ totalResults: 0 });
});

test("Me is the caller's own user, also for keys that act for that one alone", async () => {
  const account = await roster.account();
  const scim = roster.scim(account.secret);
  const id = idOf(await addPerson(scim, "ada", { title: "Countess" }));
  const self = roster.scim(await createKey(roster.server.url, account.secret, ApiKeyRole.SELF, id));
  const own = await self("GET", "/Me");
  expect(own.body).toEqual((await scim("GET", `/Users/${id}`)).body);
  expect(own.headers.get("location")).toMatch(new RegExp(`/scim/v2/Users/${id}$`));
  const rename = { Operations: [{ op: "replace", path: "displayName", value: "Ada L" }] };
  expect((await self("PATCH", "/Me", rename)).body).toMatchObject({ displayName: "Ada L", title: "Countess" });
  await scimFailure(self("PATCH", "/Me", { Operations: [{ op: "replace", path: "title", value: "Queen" }] }), 403);
  await scimFailure(self("PATCH", "/Me", { Operations: [{ op: "replace", path: "active", value: false }] }), 403);
  await scimFailure(self("GET", "/Users"), 403);
  await scimFailure(self("GET", `/Users/${account.ownerId}`), 403);
  await scimFailure(self("DELETE", "/Me"), 403);
  await scimFailure(self("POST", "/Me", {}), 405);
  expect((await scim("GET", "/Me")).body).toMatchObject({ id: account.ownerId, userName: account.ownerId });
});

test("pushes of the same user at once make one user, and none of their changes is lost", async () => {
  const { secret } = await roster.account();
  const scim = roster.scim(secret);
  const creations = await Promise.all(Array.from({ length: 20 }, () => scim("POST", "/Users", person("Ada@example.com"))));
  expect(creations.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 19 }, () => 409)]);
  const id = idOf(creations.find(({ status }) => status === 201)?.body ?? {});
  const changes = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      scim("PATCH", `/Users/${id}`, { Operations: [{ op: "add", path: "roles", value: [{ value: `role${i}` }] }] }),
    ),
  );
  expect(new Set(changes.map(({ status }) => status))).toEqual(new Set([200]));
  const { body, headers } = await scim("GET", `/Users/${id}`);
  expect(body["roles"]).toHaveLength(20);
  const tag = { "if-match": headers.get("etag") ?? "" };
  const puts = await Promise.all(Array.from({ length: 10 }, (_, i) => scim("PUT", `/Users/${id}`, person(`ada${i}`), tag)));
  expect(puts.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
});
