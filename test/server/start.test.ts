import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import Database from "better-sqlite3";
import { expect, test } from "vitest";
import { ApiKeyService } from "../../gen/roster/v1/api_key_service_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { openStore } from "../../src/db/open.ts";
import { mintSecret } from "../../src/directory/keys/api-key.ts";
import { createIdSource } from "../../src/directory/values/id.ts";
import { clientOf, grpcPortOf } from "../support/clients.ts";
import { testFolder } from "../support/folder.ts";
import { logLines } from "../support/log.ts";
import { runRoster, serverEnv, spawnServer } from "../support/process.ts";
import { createSources } from "../support/sources.ts";

const newSecret = () => mintSecret(createIdSource()("K"));

test("the first start greets with addresses, the first key and commands that work when pasted", async () => {
  const folder = testFolder();
  const server = await spawnServer(folder);
  const greeting = server.output();
  expect(greeting).toContain(server.url);
  expect(greeting).toContain(server.secret);
  const commands = greeting.split("\n").filter((line) => /^ {2}(KEY=|curl )/.test(line));
  expect(commands).toHaveLength(2);
  const answer = execFileSync("bash", ["-ec", commands.join("\n")], { encoding: "utf8", stdio: "pipe" });
  expect(JSON.parse(answer).users).toHaveLength(1);
  expect(greeting).toMatch(
    new RegExp(`grpcurl -plaintext .*\\$KEY.* ${new URL(grpcPortOf(server.url)).host} roster.v1.UserService/CreateUser`),
  );
  await server.end("SIGTERM");
});

test("the first key is kept for its owner alone, and is not shown again", async () => {
  const folder = testFolder();
  await (await spawnServer(folder)).end("SIGTERM");
  expect(statSync(join(folder, "admin.key")).mode & 0o777).toBe(0o600);
  const second = await spawnServer(folder);
  expect(second.output()).not.toContain("roster_K");
  expect(second.output()).not.toContain("first key");
  expect(await clientOf(ApiKeyService, second.url, second.secret).whoAmI({})).toMatchObject({ superAdmin: true });
  await second.end("SIGTERM");
});

test("the first key can be given, and is then not shown at all; a file left from another directory is replaced", async () => {
  const folder = testFolder();
  writeFileSync(join(folder, "admin.key"), `${newSecret()}\n`);
  const secret = newSecret();
  const server = await spawnServer(folder, { env: { ROSTER_BOOTSTRAP_KEY: secret } });
  expect(server.output()).not.toContain(secret);
  expect(server.secret).toBe(secret);
  expect(await clientOf(ApiKeyService, server.url, secret).whoAmI({})).toMatchObject({ superAdmin: true });
  await server.end("SIGTERM");
  const later = await spawnServer(folder, { env: { ROSTER_BOOTSTRAP_KEY: newSecret() } });
  expect(later.secret).toBe(secret);
  await later.end("SIGTERM");
});

test("a crash after the key was written, and before it was in the database, loses nothing", async () => {
  const folder = testFolder();
  const secret = newSecret();
  writeFileSync(join(folder, "admin.key"), `${secret}\n`, { mode: 0o600 });
  const server = await spawnServer(folder);
  expect(server.output()).toContain(secret);
  expect(await clientOf(ApiKeyService, server.url, secret).whoAmI({})).toMatchObject({ superAdmin: true });
  await server.end("SIGTERM");
});

test("servers that start at once on one new directory agree on the first key", async () => {
  const folder = testFolder();
  const servers = await Promise.all([spawnServer(folder), spawnServer(folder), spawnServer(folder)]);
  expect(servers.filter((server) => server.output().includes(server.secret))).toHaveLength(1);
  for (const server of servers) {
    expect((await clientOf(UserService, server.url, server.secret).listUsers({})).users).toHaveLength(1);
  }
  await Promise.all(servers.map((server) => server.end("SIGTERM")));
});

test("a new database that several open at once is set up once", async () => {
  const url = `sqlite:${join(testFolder(), "roster.db")}`;
  const sources = createSources();
  const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(url, sources)));
  await Promise.all(stores.map((store) => store.ping()));
  await Promise.all(stores.map((store) => store.close()));
});

test("wrong settings are named all at once, with their values and what would be right", async () => {
  const { code, log, output } = await runRoster(["serve", "--drain-timeout", "soon"], {
    ROSTER_DATABASE_URL: "mysql:x",
    ROSTER_HTTP_ADDRESS: "nowhere",
    ROSTER_MAX_MESSAGE_BYTES: "12",
    ROSTER_BOOTSTRAP_KEY: "my password",
    ROSTER_CORS_ORIGINS: "*",
    ROSTER_LOG_LEVEL: "loud",
    ROSTER_TLS_CERTIFICATE: "/nowhere.pem",
  });
  expect({ code, output }).toEqual({ code: 2, output: "" });
  for (const part of [
    /ROSTER_DATABASE_URL=mysql:x: must be sqlite:PATH/,
    /ROSTER_HTTP_ADDRESS=nowhere: must be HOST:PORT/,
    /ROSTER_MAX_MESSAGE_BYTES=12: must be a whole number from 1024/,
    /ROSTER_BOOTSTRAP_KEY=\(hidden\): must be roster_/,
    /ROSTER_CORS_ORIGINS=\*: "\*" must be an origin/,
    /ROSTER_LOG_LEVEL=loud: must be one of/,
    /ROSTER_TLS_CERTIFICATE=\/nowhere.pem: must be a file/,
    /ROSTER_TLS_CERTIFICATE and ROSTER_TLS_KEY: set both/,
    /ROSTER_DRAIN_TIMEOUT=soon: must be a whole number and a unit/,
  ]) {
    expect(log).toMatch(part);
  }
  expect(log).not.toContain("my password");
  expect(log).not.toMatch(STACK);
});

test.each(["1", "2"])(
  "a setting that there is not is warned about once, with the nearest: %s processes",
  async (workers) => {
    const unknown = { ROSTER_HTTP_ADRESS: "0.0.0.0:80", ROSTER_COLOUR: "red" };
    const server = await spawnServer(testFolder(), {
      env: { ...unknown, ROSTER_WORKERS: workers, ROSTER_LOG_LEVEL: "warn" },
    });
    await server.end("SIGTERM");
    expect(logLines(server.log())).toMatchObject([
      {
        level: 40,
        msg: "ROSTER_HTTP_ADRESS is not a setting of Roster, and changes nothing; did you mean ROSTER_HTTP_ADDRESS?",
      },
      { level: 40, msg: "ROSTER_COLOUR is not a setting of Roster, and changes nothing" },
    ]);
  },
);

const STACK = /\n\s+at /;

test.each([
  ["an unknown flag", ["serve", "--prot", "1"], /unknown option '--prot'/],
  ["a flag without its value", ["serve", "--http-address"], /argument missing/],
  ["an unknown command", ["sevre"], /unknown command 'sevre'/],
])("%s is refused with exit code 2", async (_name, args, message) => {
  const { code, log } = await runRoster(args, {});
  expect({ code, log }).toEqual({ code: 2, log: expect.stringMatching(message) });
  expect(log).not.toMatch(STACK);
});

test("a port that is taken is told in one line", async () => {
  const server = await spawnServer(testFolder());
  for (const [flag, url] of [
    ["--http-address", server.url],
    ["--grpc-address", grpcPortOf(server.url)],
  ] as const) {
    const { host } = new URL(url);
    const { code, log, output } = await runRoster(["serve", flag, host], serverEnv(testFolder()));
    expect({ code, log, output }).toEqual({
      code: 1,
      log: `roster: can't listen on ${host}: the port is taken\n`,
      output: "",
    });
  }
  await server.end("SIGTERM");
});

test.each(["--http-address", "--grpc-address", "--metrics-address"])("%s of no host is told in one line", async (flag) => {
  const { code, log, output } = await runRoster(["serve", flag, "nowhere.invalid:1"], serverEnv(testFolder()));
  expect({ code, log, output }).toEqual({
    code: 1,
    log: "roster: can't listen on nowhere.invalid: there is no such host\n",
    output: "",
  });
});

test("the gRPC port can be switched off", async () => {
  const server = await spawnServer(testFolder(), { env: { ROSTER_GRPC_ADDRESS: "off" } });
  expect(server.output()).not.toMatch(/gRPC {2}/);
  expect(server.output()).toContain(`${new URL(server.url).host} roster.v1.UserService/CreateUser`);
  const users = clientOf(UserService, server.url, server.secret, "gRPC, HTTP/2");
  expect((await users.listUsers({})).users).toHaveLength(1);
  await server.end("SIGTERM");
});

test.each([
  [
    "that is no database",
    (path: string) => writeFileSync(path, "no database ".repeat(1_000)),
    /roster.db can't be used: file is not a database/,
  ],
  ["that is a folder", (path: string) => mkdirSync(path), /roster.db can't be used: /],
])("a database %s is told in one line", async (_name, spoil, message) => {
  const folder = testFolder();
  spoil(join(folder, "roster.db"));
  const { code, log } = await runRoster(["serve"], serverEnv(folder));
  expect({ code, log }).toEqual({ code: 1, log: expect.stringMatching(message) });
  expect(log).not.toMatch(STACK);
});

test("a database of a newer Roster is left alone", async () => {
  const folder = testFolder();
  const path = join(folder, "roster.db");
  await (await spawnServer(folder)).end("SIGTERM");
  const database = new Database(path);
  database.exec("insert into kysely_migration (name, timestamp) values ('9999-future', '2100-01-01T00:00:00Z')");
  database.close();
  const before = readFileSync(path);
  const { code, log } = await runRoster(["serve"], serverEnv(folder));
  expect({ code, log }).toEqual({ code: 1, log: expect.stringMatching(/newer Roster .*9999-future/) });
  expect(log).not.toMatch(STACK);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a server listens where it is told, on IPv6 too", async () => {
  const env = { ROSTER_HTTP_ADDRESS: "[::1]:0", ROSTER_GRPC_ADDRESS: "[::1]:0" };
  const server = await spawnServer(testFolder(), { env });
  for (const url of [server.url, grpcPortOf(server.url)]) {
    const { hostname, port } = new URL(url);
    expect(hostname).toBe("[::1]");
    const socket = connect(Number(port), "::1");
    await once(socket, "connect");
    socket.destroy();
  }
  await server.end("SIGTERM");
});
