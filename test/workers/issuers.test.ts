import { readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Code } from "@connectrpc/connect";
import { describe, expect, test, vi } from "vitest";
import { ApiKeyService } from "../../gen/roster/v1/api_key_service_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { clientOf, failure } from "../support/clients.ts";
import { testFolder } from "../support/folder.ts";
import { offlineIssuer } from "../support/offline-issuer.ts";
import { runRoster, serverEnv } from "../support/process.ts";
import { spawnWithWorkers } from "./workers.ts";

const [before, after] = [await offlineIssuer(), await offlineIssuer()];

const READ_AGAIN = "the issuers file has been read again";
const WRONG = "the issuers file is wrong; the issuers before it stay";

/** A server that trusts an issuer, and a way to show a token to each of its processes. */
async function open(workers: number) {
  const folder = testFolder();
  const path = join(folder, "issuers.json");
  writeFileSync(path, before.file());
  const server = await spawnWithWorkers(folder, workers, { ROSTER_ISSUERS: path });
  await clientOf(UserService, server.url, server.secret).createUser({ userId: "ada", user: {} });
  const headers = (secret: string) => ({ headers: { authorization: `Bearer ${secret}` } });
  const clients = await server.reachAll(
    () => clientOf(ApiKeyService, server.url, undefined, "gRPC, HTTP/2"),
    "WhoAmI",
    (keys) => keys.whoAmI({}, headers(server.secret)),
  );
  return {
    ...server,
    /** As containers replace what is mounted. */
    replace(text: string) {
      writeFileSync(`${path}.new`, text);
      renameSync(`${path}.new`, path);
    },
    async eachTakes(token: string) {
      for (const keys of clients) expect((await keys.whoAmI({}, headers(token))).user?.id).toBe("ada");
    },
    async eachRefuses(token: string) {
      for (const keys of clients) await failure(keys.whoAmI({}, headers(token)), Code.Unauthenticated, "TOKEN_INVALID");
    },
    /** Waits until each process has logged this, and so often. */
    async eachLogged(message: string, times = 1) {
      const processes = workers === 1 ? [undefined] : Array.from({ length: workers }, (_, index) => index + 1);
      await vi.waitFor(() => {
        const lines = server.logged(message).map(({ worker }) => worker);
        for (const id of processes) expect(lines.filter((worker) => worker === id).length).toBeGreaterThanOrEqual(times);
      }, 10_000);
    },
  };
}

describe.each([1, 2])("with ROSTER_WORKERS=%d", (workers) => {
  test("SIGHUP makes every process read the issuers file again", async () => {
    const server = await open(workers);
    for (const times of [1, 2]) {
      server.child.kill("SIGHUP");
      await server.eachLogged(READ_AGAIN, times);
    }
    await server.eachTakes(await before.token());
    expect(await server.end("SIGTERM")).toEqual({ code: 0, signal: null });
  });

  test("every process sees a change of the issuers file by itself", async () => {
    const server = await open(workers);
    const [old, fresh] = [await before.token(), await after.token()];
    await server.eachTakes(old);
    await server.eachRefuses(fresh);
    server.replace(after.file());
    await server.eachLogged(READ_AGAIN);
    await server.eachTakes(fresh);
    await server.eachRefuses(old);
    await server.end("SIGTERM");
  });

  test("an issuers file that becomes wrong is logged with every mistake, and the issuers before it stay", async () => {
    const server = await open(workers);
    server.replace('{ "issuers": [{ "issuer": "ftp://example.com" }] }');
    server.child.kill("SIGHUP");
    await server.eachLogged(WRONG);
    for (const { cause } of server.logged(WRONG)) {
      for (const mistake of ["issuers.0.issuer: must be an https URL", "'audiences'", "'account'", "'user'"]) {
        expect(cause).toContain(mistake);
      }
    }
    await server.eachTakes(await before.token());
    await server.eachRefuses(await after.token());
    server.replace(after.file());
    server.child.kill("SIGHUP");
    await server.eachLogged(READ_AGAIN);
    await server.eachTakes(await after.token());
    await server.end("SIGTERM");
  });

  test("an issuers file that is wrong at the start ends it with every mistake told once, before anything is made", async () => {
    const folder = testFolder();
    const path = join(folder, "issuers.json");
    writeFileSync(
      path,
      '{ "issuers": [{ "issuer": "ftp://example.com", "account": "a", "user": { "id": "sub" }, "x": 1 }] }',
    );
    const env = { ...serverEnv(folder), ROSTER_WORKERS: String(workers), ROSTER_ISSUERS: path };
    const { code, log, output } = await runRoster(["serve"], env);
    const mistakes = [
      "issuers.0: must have required property 'audiences'",
      'issuers.0: unknown name "x"',
      "issuers.0.issuer: must be an https URL",
    ];
    expect(log).toBe(`roster: ${mistakes.map((mistake) => `ROSTER_ISSUERS=${path}: ${mistake}`).join("\n")}\n`);
    expect({ code, output }).toEqual({ code: 2, output: "" });
    expect(readdirSync(folder)).toEqual(["issuers.json"]);
  });
});
