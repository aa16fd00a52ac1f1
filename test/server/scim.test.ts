import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { json } from "node:stream/consumers";
import { expect, test } from "vitest";
import { ApiKeyRole } from "../../gen/roster/v1/api_key_service_pb.js";
import { scimClient, scimFailure } from "../scim/setup.ts";
import { createKey } from "../support/clients.ts";
import { collectLog } from "../support/log.ts";
import { startTestServer } from "../support/server.ts";

test("SCIM is off unless it is asked for", async () => {
  const server = await startTestServer();
  const response = await fetch(`${server.url}/scim/v2/Users`, { headers: { authorization: `Bearer ${server.secret}` } });
  expect(response.status).toBe(404);
  await server.stop();
});

test("limits, deadlines and the URLs of a proxy are those that every call has", async () => {
  const limits = { perKey: { perSecond: 0.01, burst: 3 }, perToken: undefined, perAccount: undefined };
  const server = await startTestServer({
    scim: { userName: "external_id" },
    limits: { ...limits, failuresPerAddress: undefined },
  });
  const scim = scimClient(server.url, server.secret);
  await scimFailure(scim("GET", "/Users", undefined, { "connect-timeout-ms": "0" }), 504);
  const { body, headers } = await scim("GET", "/Users?count=1", undefined, { "x-forwarded-proto": "https" });
  expect(headers.get("ratelimit")).toMatch(/^"caller"/);
  const host = new URL(server.url).host;
  expect(body).toMatchObject({
    Resources: [{ meta: { location: expect.stringContaining(`https://${host}/scim/v2/Users/U`) } }],
  });
  const operations = Array.from({ length: 4 }, () => ({ method: "DELETE", path: "/Users/nobody" }));
  const bulk = await scim("POST", "/Bulk", { Operations: operations });
  expect(bulk.body["Operations"]).toMatchObject([
    { status: "404" },
    { status: "404" },
    { status: "429" },
    { status: "429" },
  ]);
  const refused = await scimFailure(scim("GET", "/Users"), 429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  // What is the same for everybody needs no key, and counts for nobody.
  expect((await scimClient(server.url, undefined)("GET", "/ServiceProviderConfig")).status).toBe(200);
  const missing = await scimFailure(scimClient(server.url, undefined)("GET", "/Users"), 401);
  expect(missing.headers.get("www-authenticate")).toBe('Bearer realm="roster"');
  await server.stop();
});

test("a client that goes away while it sends is no defect, and HTTP/2 is spoken, too", async () => {
  const { log, lines } = collectLog("debug");
  const server = await startTestServer({ scim: { userName: "external_id" }, log });
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  socket.write("POST /scim/v2/Users HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{");
  await once(socket, "connect");
  // The server has the request once it has answered the next one.
  expect((await scimClient(server.url, server.secret)("GET", "/Users?count=0")).status).toBe(200);
  socket.destroy();
  await expect.poll(() => lines().map(({ msg }) => msg)).toContain("call aborted");
  expect(lines().map(({ msg }) => msg)).not.toContain("internal error");

  const session = connectHttp2(server.url);
  const stream = session.request({
    ":method": "POST",
    ":path": "/scim/v2/Users?attributes=userName",
    authorization: `Bearer ${server.secret}`,
    "content-type": "application/scim+json",
  });
  stream.end(JSON.stringify({ userName: "ada" }));
  const [headers] = await once(stream, "response");
  expect(headers[":status"]).toBe(201);
  expect(await json(stream)).toMatchObject({ userName: "ada" });
  session.close();
  await server.stop();
});

test("a key that needs nonces can't write by SCIM, and says so", async () => {
  const server = await startTestServer({ scim: { userName: "external_id" } });
  const secret = await createKey(server.url, server.secret, ApiKeyRole.WRITER);
  await server.store.write({ accountId: "default", apiKeyId: null, requestId: null }, async (tx) => {
    const key = await tx.apiKeys.find(secret.split("_")[1] ?? "");
    if (key !== undefined) await tx.apiKeys.update(key, { ...key, requireNonce: true });
  });
  const { body } = await scimFailure(scimClient(server.url, secret)("POST", "/Users", { userName: "x" }), 400);
  expect(body).toMatchObject({ roster: { reason: "NONCE_REQUIRED", requestId: expect.any(String) } });
  await server.stop();
});
