import { join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { backUpDatabase } from "../../src/db/maintenance/backup.ts";
import { copyDatabase } from "../../src/db/maintenance/copy.ts";
import { openStore } from "../../src/db/open.ts";
import { DEFAULT_ACCOUNT } from "../../src/directory/accounts/account.ts";
import { bootstrap } from "../../src/directory/accounts/bootstrap.ts";
import { mintSecret } from "../../src/directory/keys/api-key.ts";
import { insertApiKey } from "../../src/directory/keys/api-keys.ts";
import { createAuthenticator } from "../../src/directory/keys/authentication.ts";
import type { Store } from "../../src/directory/store/store.ts";
import { deleteUser } from "../../src/directory/users/delete-user.ts";
import { createUser, updateUser } from "../../src/directory/users/users.ts";
import { createDatabase } from "../support/database.ts";
import { testFolder } from "../support/folder.ts";
import { createSources } from "../support/sources.ts";

const sources = createSources();
const USERS = 1200;

test("a directory moves from SQLite to PostgreSQL with every id, version, revision, key and secret", async () => {
  const { url: from, secret } = await filledSqlite();
  const to = await emptyPostgres();
  await copyDatabase(from, to, () => {});
  const [before, after] = [await open(from), await open(to)];
  expect(await everything(after)).toEqual(await everything(before));
  expect(await after.secret("token-key", () => Buffer.from("new"))).toEqual(Buffer.from("first"));
  const authenticate = createAuthenticator(after, sources.clock);
  expect((await authenticate(secret)).superAdmin).toBe(true);
  const certificate = { names: ["billing"], fingerprint: "f", expireTime: Number.POSITIVE_INFINITY };
  expect((await authenticate(certificate)).user.id).toBe("copied-1");
});

test("a copy that was interrupted goes on, and is whole in the end", async () => {
  const { url: from } = await filledSqlite();
  const to = await emptyPostgres();
  const interrupted = copyDatabase(from, to, ({ table, rows }) => {
    if (table === "users" && rows >= 1000) throw new Error("interrupted");
  });
  await expect(interrupted).rejects.toThrow("interrupted");
  await copyDatabase(from, to, () => {});
  expect(await everything(await open(to))).toEqual(await everything(await open(from)));
});

test("a copy into a directory that has other users is refused when it is verified", async () => {
  const [{ url: from }, { url: to }] = [await filledSqlite(), await filledSqlite()];
  await expect(copyDatabase(from, to, () => {})).rejects.toThrow("differs after the copy");
});

test("a backup taken while a server writes is a directory of one moment", async () => {
  const { url } = await filledSqlite();
  const store = await open(url);
  const writing = Promise.all(Array.from({ length: 50 }, (_, index) => write(store, 100 + index)));
  const file = join(testFolder(), "backup.db");
  await backUpDatabase(url, file);
  await writing;
  const backup = await everything(await open(`sqlite:${file}`));
  const state = await store.read(DEFAULT_ACCOUNT, ({ users }) => users.listAt(backup.account.revision, "", 10_000));
  expect(backup.users).toEqual(state.flatMap(({ state: user }) => user ?? []));
  await expect(backUpDatabase(url, file)).rejects.toThrow("exists");
});

async function open(url: string): Promise<Store> {
  const store = await openStore(url, sources);
  onTestFinished(() => store.close());
  return store;
}

async function filledSqlite(): Promise<{ url: string; secret: string }> {
  const url = `sqlite:${join(testFolder(), "roster.db")}`;
  const store = await openStore(url, sources);
  const secret = mintSecret(sources.newId("K"));
  await bootstrap(store, secret);
  await store.secret("token-key", () => Buffer.from("first"));
  await store.write(origin, async (tx) => {
    for (let index = 0; index < USERS; index += 1) {
      await createUser(tx, actor, {
        id: `copied-${index}`,
        email: `é${index}@example.com`,
        metadata: { index, text: "“ü”" },
      });
    }
    const named = { displayName: "Billing", userId: "copied-1", role: "READER", certificateNames: ["billing"] } as const;
    const limits = { expireTime: null, requireNonce: false, rateLimit: null };
    await insertApiKey(tx, { ...named, ...limits }, mintSecret(sources.newId("K")));
    await tx.answers.insert("m", "r", {
      caller: null,
      digest: Buffer.from([1]),
      userId: "copied-1",
      response: Buffer.from([0, 255]),
    });
  });
  await write(store, 7);
  await store.write(origin, (tx) => deleteUser(tx, { superAdmin: true, role: "ADMIN" }, "copied-9", { etag: "" }));
  await store.close();
  return { url, secret };
}

const origin = { accountId: DEFAULT_ACCOUNT, apiKeyId: null, requestId: null };
const actor = { superAdmin: false, role: "WRITER" } as const;

function write(store: Store, index: number) {
  return store.write(origin, (tx) =>
    updateUser(tx, actor, `copied-${index}`, { about: `changed ${index}` }, { metadataUpdate: "REPLACE", etag: "" }),
  );
}

async function emptyPostgres(): Promise<string> {
  expect(inject("postgres")).toBeDefined();
  const { url, remove } = await createDatabase();
  onTestFinished(remove);
  return url;
}

async function everything(store: Store) {
  return store.read(DEFAULT_ACCOUNT, async ({ account, users }) => ({
    account,
    users: (await users.listAt(account.revision, "", 10_000)).map(({ state }) => state),
    atFirst: await users.listAt(2, "", 10_000),
  }));
}
