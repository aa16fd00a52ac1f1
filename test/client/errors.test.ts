import { Code, ConnectError } from "@connectrpc/connect";
import { createRosterClient, type Reason, RosterError } from "@roster/client";
import { afterAll, beforeAll, expect, expectTypeOf, test } from "vitest";
import type { REASONS } from "../../src/directory/errors.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function thrownBy(call: (client: ReturnType<typeof createRosterClient>) => Promise<unknown>): Promise<RosterError> {
  const client = createRosterClient({ baseUrl: server.url, apiKey: server.secret, retry: false });
  const error = await call(client).then(
    () => expect.fail("the call succeeded"),
    (thrown: unknown) => thrown,
  );
  client.close();
  return error instanceof RosterError ? error : expect.fail(`no RosterError: ${error}`);
}

test("a call that fails throws an error with code, reason, fields and call id", async () => {
  const error = await thrownBy(({ users }) => users.createUser({ user: { name: "1" } }));
  expect(error).toMatchObject({ code: Code.InvalidArgument, reason: "FIELD_INVALID" });
  expect(error.fields).toEqual([{ field: "user.name", description: expect.any(String) }]);
  expect(error.callId).toMatch(/^[0-9a-f]{8}-/);
  expect(error.retryAfterMs).toBeUndefined();
});

test("an error brings facts for programs", async () => {
  const wrong = await thrownBy(({ users }) => users.listUsers({ filter: "name = 1" }));
  expect(wrong).toMatchObject({ reason: "FILTER_INVALID", facts: { offset: "5" } });
});

test("what a stream throws is of the same kind", async () => {
  const error = await thrownBy(({ users }) => Array.fromAsync(users.listUsersChunked({ filter: "?" })));
  expect(error.reason).toBe("FILTER_INVALID");
  expect((await thrownBy(({ users }) => users.chunks({ filter: "?" }).next())).reason).toBe("FILTER_INVALID");
});

test("it is one of Connect's errors, but not each of those is one of these", async () => {
  const error = await thrownBy(({ users }) => users.getUser({ key: { case: "id", value: "nobody" } }));
  expect(error).toBeInstanceOf(ConnectError);
  expect(ConnectError.from(error)).toBe(error);
  expect(RosterError.from(error)).toBe(error);
  expect(new ConnectError("other")).not.toBeInstanceOf(RosterError);
  expect(RosterError.from(new Error("other"))).toMatchObject({ code: Code.Unknown, reason: undefined, rawMessage: "other" });
});

test("its reasons are those of the server", () => {
  expectTypeOf<Reason>().toEqualTypeOf<keyof typeof REASONS>();
});
