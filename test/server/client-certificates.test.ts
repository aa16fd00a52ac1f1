import { Code, ConnectError } from "@connectrpc/connect";
import { beforeAll, describe, expect, test } from "vitest";
import { createAuthority, type Issued } from "../support/certificates.ts";
import { demand } from "../support/clients.ts";
import { collectLog } from "../support/log.ts";
import { spawnServer } from "../support/process.ts";
import type { TestServer } from "../support/server.ts";
import { BILLING, callingKey, type Open, refused, TRANSPORTS, useCertificates } from "./mtls.ts";

const certificates = useCertificates();
const { log, lines } = collectLog();
let server: TestServer;
let strict: TestServer;
beforeAll(async () => {
  server = await certificates.start(false, { log });
  strict = await certificates.start(true, { log });
});

/** Waits for the failure of a call whose connection is closed before anything comes by it. */
async function unheard(call: Promise<unknown>): Promise<void> {
  const error = await call.then(
    () => expect.fail("the call succeeded"),
    (thrown: unknown) => ConnectError.from(thrown),
  );
  expect([Code.Unavailable, Code.Aborted, Code.Canceled, Code.Internal], error.message).toContain(error.code);
  expect(error.details).toEqual([]);
}

describe.each(Object.entries<Open>(TRANSPORTS))("%s", (_name, open) => {
  const keysOf = (shown: Issued | undefined, of = server) => certificates.keysOf(open, of, shown);

  test("a verified certificate is a call with the key that has one of its names", async () => {
    const { createKey } = certificates.adminOf(server);
    const { id } = await createKey([BILLING, "orders.example.org"]);
    const names = [
      `URI:${BILLING}`,
      "DNS:unknown.example.org,DNS:Orders.Example.ORG,URI:https://example.org",
      `DNS:orders.example.org,URI:${BILLING}`,
    ];
    for (const each of names) {
      const shown = certificates.authority.issue("named", { names: each });
      expect(await callingKey(keysOf(shown))).toBe(id);
    }
  });

  test("one without a name of a key, or with those of two, proves nobody", async () => {
    const { createKey } = certificates.adminOf(server);
    await createKey([BILLING]);
    await createKey(["orders"]);
    const names = [
      `DNS:nobody,URI:${BILLING}/other`,
      "IP:127.0.0.1",
      `DNS:orders,URI:${BILLING}`,
      `URI:${BILLING},URI:spiffe://example.org/x`,
    ];
    for (const each of names) {
      await refused(callingKey(keysOf(certificates.authority.issue("nobody", { names: each }))));
    }
  });

  test("a key or token in a header wins, whether it works or not", async () => {
    const { createKey } = certificates.adminOf(server);
    const byCertificate = await createKey([BILLING]);
    const bySecret = await createKey([]);
    const keys = keysOf(certificates.billing);
    expect(await callingKey(keys, { authorization: `Bearer ${bySecret.secret}` })).toBe(bySecret.id);
    expect(await callingKey(keys, { "x-api-key": bySecret.secret })).toBe(bySecret.id);
    for (const wrong of ["Bearer roster_wrong", "Basic YTpi", "Bearer a.b.c"]) {
      await refused(callingKey(keys, { authorization: wrong }));
    }
    await refused(callingKey(keys, { "x-api-key": "wrong" }));
    expect(await callingKey(keys)).toBe(byCertificate.id);
  });

  test("where none is required, callers without one show a key", async () => {
    const keys = keysOf(undefined);
    expect(await callingKey(keys, { "x-api-key": server.secret })).toBe(server.secret.slice(7, 34));
    await refused(callingKey(keys));
  });

  test("where one is required, there is no connection without it", async () => {
    const headers = { "x-api-key": strict.secret };
    expect(await callingKey(keysOf(certificates.billing, strict), headers)).toBe(strict.secret.slice(7, 34));
    await unheard(callingKey(keysOf(undefined, strict), headers));
  });

  test("one that can't be verified ends the connection, whatever else the caller shows, and the log says why", async () => {
    const { folder, authority, adminOf } = certificates;
    await adminOf(server).createKey([BILLING]);
    const names = `URI:${BILLING}`;
    const unverified: Array<[Issued, string]> = [
      [createAuthority(folder, "stranger").issue("billing", { names }), "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
      [createAuthority(folder, "self"), "DEPTH_ZERO_SELF_SIGNED_CERT"],
      [authority.issue("expired", { names, days: -1 }), "CERT_HAS_EXPIRED"],
      [authority.issue("server-only", { names, usage: "serverAuth" }), "INVALID_PURPOSE"],
    ];
    for (const [shown, cause] of unverified) {
      for (const of of [server, strict]) {
        const before = lines().length;
        await unheard(callingKey(keysOf(shown, of)));
        await unheard(callingKey(keysOf(shown, of), { "x-api-key": of.secret }));
        const address = of === server ? { address: "127.0.0.1" } : {};
        const refusal = expect.objectContaining({ cause, ...address, msg: "a client certificate was refused" });
        await expect.poll(() => lines().slice(before)).toEqual(expect.arrayContaining([refusal, refusal]));
      }
    }
  });

  test("a stream ends when its key is revoked", async () => {
    const { createKey, revoke } = certificates.adminOf(server);
    const { id } = await createKey([BILLING]);
    const users = certificates.usersOf(open, server, certificates.billing);
    const messages = users.watchUsers({ start: { case: "fromNow", value: true } })[Symbol.asyncIterator]();
    expect((await messages.next()).done).toBe(false);
    await revoke(id);
    demand(await messages.next().catch((thrown: unknown) => thrown), Code.Unauthenticated, "API_KEY_INVALID");
    await refused(callingKey(keysOf(certificates.billing)));
  });
});

test.each(["1", "2"])("the settings ask for certificates on both ports, in %s process(es)", async (workers) => {
  const { folder, own, authority, billing, keysOf } = certificates;
  const spawned = await spawnServer(folder, {
    env: {
      ROSTER_WORKERS: workers,
      ROSTER_TLS_CERTIFICATE: own.files.certificate,
      ROSTER_TLS_KEY: own.files.key,
      ROSTER_TLS_CLIENT_CA: authority.files.certificate,
      ROSTER_TLS_CLIENT_AUTH: "required",
    },
  });
  const headers = { "x-api-key": spawned.secret };
  for (const open of [TRANSPORTS["Connect, HTTP/1.1"], TRANSPORTS["gRPC, its own port"]]) {
    expect(await callingKey(keysOf(open, spawned, billing), headers)).toBe(spawned.secret.slice(7, 34));
    await unheard(callingKey(keysOf(open, spawned, undefined), headers));
  }
  await spawned.end("SIGTERM");
});
