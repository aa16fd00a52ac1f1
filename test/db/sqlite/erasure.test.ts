import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import Database from "better-sqlite3";
import { expect, onTestFinished, test } from "vitest";
import { openStore } from "../../../src/db/open.ts";
import type { Session } from "../../../src/directory/sessions/session.ts";
import type { NewUser } from "../../../src/directory/store/users.ts";
import type { User } from "../../../src/directory/users/user.ts";
import { createTestAccount, newUser, testAccount } from "../../support/account.ts";
import { KEY } from "../../support/api-key.ts";
import { LONG } from "../../support/bounds.ts";
import { testFolder } from "../../support/folder.ts";
import { createSources } from "../../support/sources.ts";

test("an account that is erased leaves not a byte of its own on the disk", async () => {
  const path = join(testFolder(), "roster.db");
  const store = await openStore(`sqlite:${path}`, createSources());
  onTestFinished(() => store.close());
  await createTestAccount(store, "default");
  for (const id of ["kept", "gone"]) {
    const { insert, write } = await createTestAccount(store, id);
    await write((tx) => tx.updateAccount({ ...tx.account, name: `name-${id}`, metadata: { [`metadata-${id}`]: 1 } }));
    for (let n = 0; n < 50; n += 1) {
      const user = await insert({ id: `user-${id}-${n}`, email: `${n}@${id}.example`, about: `about-${id} `.repeat(20) });
      await write(async ({ apiKeys, sessions, answers }) => {
        await apiKeys.insert(
          {
            ...KEY,
            accountId: id,
            id: `K${n}`,
            displayName: `key-${id}`,
            certificateNames: [`${n}.${id}`],
            userId: user.id,
          },
          new Uint8Array(32),
        );
        await sessions.insert(sessionOf(user, `${id}-${n}`));
        const response = Buffer.from(`response-${id}`);
        await answers.insert("Create", `r${n}`, { caller: null, digest: new Uint8Array(32), userId: user.id, response });
      });
    }
  }
  expect(onDisk(path)).toContain("about-gone");
  await testAccount(store, "gone").write((tx) => tx.eraseAccount());
  // That it was erased stays in the audit log of the default account, with its id.
  await store.prune({ ...NOTHING, audit: Number.MAX_SAFE_INTEGER });
  expect(onDisk(path)).not.toContain("gone");
  for (const text of ["about-kept", "metadata-kept", "session-kept-7"]) expect(onDisk(path)).toContain(text);
});

test("a purge leaves not a byte of the user's values on the disk", LONG, async () => {
  const path = join(testFolder(), "roster.db");
  const store = await openStore(`sqlite:${path}`, createSources());
  onTestFinished(() => store.close());
  const { write } = await createTestAccount(store, "a");
  await write(async (tx) => {
    for (let n = 0; n < 300; n += 1) await tx.users.insert(newUser(tx, valuesOf(n)));
  });

  const purged = [0, 7, 150, 151, 152, 299];
  for (const n of purged) {
    await write(async ({ users, apiKeys, answers, sessions, nonces }) => {
      const [user = expect.fail()] = await users.findLive("email", [`email-${mark(n)}@example.com`]);
      const changed = await users.update(user, { ...user, about: `second-${mark(n)}` });
      const response = Buffer.from(`response-${mark(n)}`.repeat(2_000));
      await answers.insert("Create", `r${n}`, { caller: null, digest: new Uint8Array(32), userId: user.id, response });
      await apiKeys.insert(
        {
          ...KEY,
          accountId: user.accountId,
          id: `K${n}`,
          displayName: `key-${mark(n)}`,
          certificateNames: [`certificate-${mark(n)}`],
          userId: user.id,
        },
        new Uint8Array(32),
      );
      const session = await sessions.insert(sessionOf(user, mark(n)));
      await sessions.update(session, { ...session, metadata: { [`later-${mark(n)}`]: 2 }, endTime: 9 });
      await sessions.insert({ ...session, id: `open-${mark(n)}` });
      await nonces.insert(`K${n}`, new Uint8Array(32), 7);
      await users.update(changed, { ...changed, metadata: {} });
    });
    expect(onDisk(path)).toContain(`second-${mark(n)}`);
    expect(onDisk(path)).toContain(`response-${mark(n)}`);
    expect(onDisk(path)).toContain(`later-${mark(n)}`);
    expect(onDisk(path)).toContain(`key-${mark(n)}`);
    expect(onDisk(path)).toContain(`certificate-${mark(n)}`);
  }
  const images = imagesIn(path, purged.map(mark));
  expect(images).toHaveLength(purged.length);
  for (const image of images) expect(onDisk(path)).toContain(image);
  for (const n of purged) {
    await write(async ({ users }) => {
      const [user = expect.fail()] = await users.findLive("email", [`email-${mark(n)}@example.com`]);
      await users.purge(user);
    });
  }
  await store.prune(NOTHING);

  const bytes = onDisk(path);
  expect(bytes).toContain(`email-${mark(1)}`);
  for (const text of [...purged.map(mark), ...images]) expect(bytes.includes(text)).toBe(false);
});

test("what is left of a purge goes once those who were reading have gone, and nobody waits for them", async () => {
  const path = join(testFolder(), "roster.db");
  const store = await openStore(`sqlite:${path}`, createSources());
  onTestFinished(() => store.close());
  const { insert, write } = await createTestAccount(store, "a");
  const user = await insert(valuesOf(1));
  const reader = new Database(path, { readonly: true });
  onTestFinished(() => void reader.close());
  reader.exec("begin; select * from users");
  await write(({ users }) => users.purge(user));

  const start = performance.now();
  await store.prune(NOTHING);
  expect(performance.now() - start).toBeLessThan(5_000);
  expect(onDisk(path)).toContain(mark(1));
  reader.exec("commit");
  await store.prune(NOTHING);
  expect(onDisk(path)).not.toContain(mark(1));
});

/** A session with the text in every value. */
function sessionOf({ accountId, id: userId }: User, text: string): Session {
  const values = { externalId: `session-external-${text}`, metadata: { [`session-${text}`]: `value-${text}` } };
  return { accountId, userId, id: `S-${text}`, ...values, createTime: 1, updateTime: 1, endTime: null, version: 1 };
}

/** The beginnings of the images of those users, as they are kept: in base64, which hides what is in them. */
function imagesIn(path: string, marks: readonly string[]): string[] {
  const database = new Database(path, { readonly: true });
  const find = database.prepare<[string], { image: string }>("select image from users where email like '%' || ? || '%'");
  const images = marks.flatMap((text) => find.all(text).map(({ image }) => image.slice(0, 100)));
  database.close();
  return images;
}

/** A text that is in every value of the user, and nowhere else. */
function mark(n: number): string {
  return `mark${1000 + n}mark`;
}

/** Some fill pages of their own, some share one. */
function valuesOf(n: number): Partial<NewUser> {
  return {
    externalId: `external-${mark(n)}`,
    email: `email-${mark(n)}@example.com`,
    name: `name ${mark(n)}`,
    displayName: `display ${mark(n)}`,
    about: `about-${mark(n)} `.repeat(n % 3 === 0 ? 500 : 1),
    project: `project_${mark(n)}`,
    metadata: { [`key-${mark(n)}`]: `value-${mark(n)}` },
  };
}

/** Nothing is as old as that. What remains to do is what a server does once a minute. */
const NOTHING = { changes: 0, answers: 0, audit: 0 };

/** All bytes of the database and the files beside it. */
function onDisk(path: string): string {
  const folder = dirname(path);
  return Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name)))).toString("latin1");
}
