import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { connect as connectTls } from "node:tls";
import { Code } from "@connectrpc/connect";
import { beforeAll, expect, test } from "vitest";
import { ApiKeyRole } from "../../gen/roster/v1/api_key_service_pb.js";
import { DAY } from "../../src/directory/values/clock.ts";
import { adjustableClock } from "../rpc/setup.ts";
import type { Issued } from "../support/certificates.ts";
import { demand, failure } from "../support/clients.ts";
import type { TestServer } from "../support/server.ts";
import { BILLING, callingKey, refused, TRANSPORTS, useCertificates } from "./mtls.ts";

// What follows from a certificate that stands for a key: as of the secret.
const certificates = useCertificates();
let server: TestServer;
beforeAll(async () => {
  server = await certificates.start(false);
});
const admin = () => certificates.adminOf(server);
const billingKeys = (of = server) => certificates.keysOf(TRANSPORTS["gRPC, its own port"], of, certificates.billing);
const billingUsers = () => certificates.usersOf(TRANSPORTS["Connect, HTTP/2"], server, certificates.billing);

test("a certificate is out as soon as its name is taken away, and stands for the key that has it next", async () => {
  const { createKey, setNames } = admin();
  const [first, second] = [await createKey([BILLING]), await createKey([])];
  const keys = billingKeys();
  expect(await callingKey(keys)).toBe(first.id);
  await setNames(first.id, []);
  await refused(callingKey(keys));
  await setNames(second.id, [BILLING]);
  expect(await callingKey(keys)).toBe(second.id);
});

test("a certificate rests with the user of its key, and is out when that one is deleted", async () => {
  const { users, headers, createKey } = admin();
  const { user } = await users.createUser({ user: { displayName: "Owner" } }, { headers });
  const id = user?.id ?? expect.fail("no user was made");
  const key = await createKey([BILLING], { userId: id });
  const keys = billingKeys();
  expect(await callingKey(keys)).toBe(key.id);
  await users.suspendUser({ id }, { headers });
  await refused(callingKey(keys));
  await users.activateUser({ id }, { headers });
  expect(await callingKey(keys)).toBe(key.id);
  await users.deleteUser({ id }, { headers });
  await users.undeleteUser({ id }, { headers });
  await refused(callingKey(keys));
});

test("a certificate of a key that needs nonces needs them, too", async () => {
  await admin().createKey([BILLING], { role: ApiKeyRole.WRITER, requireNonce: true });
  const users = billingUsers();
  await failure(users.createUser({ user: {} }), Code.FailedPrecondition, "NONCE_REQUIRED");
  const headers = { "roster-client-nonce": (await billingKeys().issueNonce({})).nonce };
  expect((await users.createUser({ user: {} }, { headers })).created).toBe(true);
});

test("a request id is answered to its key, whichever way the key is shown", async () => {
  const { secret } = await admin().createKey([BILLING], { role: ApiKeyRole.WRITER });
  const request = { user: { displayName: "Ada" }, requestId: "same" };
  const first = await billingUsers().createUser(request);
  const bySecret = certificates.usersOf(TRANSPORTS["Connect, HTTP/2"], server, undefined);
  expect(await bySecret.createUser(request, { headers: { "x-api-key": secret } })).toEqual(first);
});

test("the streams of a key end when its name goes to another key", async () => {
  const { createKey, setNames } = admin();
  const [first, second] = [await createKey([BILLING]), await createKey([])];
  const messages = billingUsers()
    .watchUsers({ start: { case: "fromNow", value: true } })
    [Symbol.asyncIterator]();
  await messages.next();
  await setNames(first.id, []);
  await setNames(second.id, [BILLING]);
  demand(await messages.next().catch((thrown: unknown) => thrown), Code.Unauthenticated, "API_KEY_INVALID");
});

test("a certificate proves nothing once it has expired, on a connection that was made before", async () => {
  const clock = adjustableClock();
  const later = await certificates.start(false, { now: clock.now });
  const { id } = await certificates.adminOf(later).createKey([BILLING]);
  const keys = billingKeys(later);
  expect(await callingKey(keys)).toBe(id);
  clock.advance(3 * DAY);
  await refused(callingKey(keys));
});

test.each([
  ["POST", "text/plain"],
  ["POST", "application/x-www-form-urlencoded"],
  ["POST", "multipart/form-data; boundary=x"],
  ["POST", undefined],
  ["GET", undefined],
])("what a browser sends for any page, without asking first, changes nothing: %s, %s", async (method, type) => {
  const { users, headers, createKey } = admin();
  await createKey([BILLING], { role: ApiKeyRole.WRITER });
  const count = async () => (await users.listUsers({ includeTotal: true }, { headers })).totalSize;
  const before = await count();
  const query = method === "GET" ? "?connect=v1&encoding=json&message=%7B%22user%22%3A%7B%7D%7D" : "";
  const url = new URL(`/roster.v1.UserService/CreateUser${query}`, server.url);
  const { certificate: cert, key } = certificates.billing;
  const call = request(url, { method, cert, key, ca: certificates.authority.certificate });
  if (type !== undefined) call.setHeader("content-type", type);
  call.end(method === "POST" ? '{"user":{}}' : undefined);
  const [response]: IncomingMessage[] = await once(call, "response");
  expect(response?.statusCode).toBe(method === "POST" ? 415 : 405);
  expect(await count()).toBe(before);
});

test("a TLS session that is resumed keeps its certificate; one without is nobody's", async () => {
  const { id } = await admin().createKey([BILLING]);
  expect(await resumedWhoAmI(certificates.billing)).toContain(`"${id}"`);
  expect(await resumedWhoAmI(undefined)).toContain("API_KEY_INVALID");
});

/** The answer to WhoAmI on a second connection, which resumes the TLS session of the first. */
async function resumedWhoAmI(shown: Issued | undefined): Promise<string> {
  const options = {
    host: "127.0.0.1",
    port: Number(new URL(server.url).port),
    ca: certificates.authority.certificate,
    ...(shown && { cert: shown.certificate, key: shown.key }),
  };
  const first = connectTls(options);
  const [session]: Buffer[] = await once(first, "session");
  first.destroy();
  const second = connectTls({ ...options, session: session ?? expect.fail("there is no session") });
  await once(second, "secureConnect");
  expect(second.isSessionReused()).toBe(true);
  const head = ["POST /roster.v1.ApiKeyService/WhoAmI HTTP/1.1", "host: localhost", "content-type: application/json"];
  second.write(`${[...head, "connection: close", "content-length: 2"].join("\r\n")}\r\n\r\n{}`);
  return Buffer.concat(await second.toArray()).toString();
}
