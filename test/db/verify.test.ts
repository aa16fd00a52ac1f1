import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Engine } from "../../src/db/engine.ts";
import type { Transaction } from "../../src/db/query/queryable.ts";
import type { Rule } from "../../src/db/verify/findings.ts";
import { INDEXES } from "../../src/db/verify/indexes.ts";
import { type Verification, verifyDatabase, verifyMoment } from "../../src/db/verify/verify-database.ts";
import { userEncoder } from "../../src/rpc/users/user-encoder.ts";
import { openTestEngine } from "../support/engine.ts";
import { fillDirectory } from "../support/lived-in.ts";
import { openTestStore, type TestStore } from "../support/store.ts";

let store: TestStore;
let engine: Engine;
beforeAll(async () => {
  store = await openTestStore();
  engine = openTestEngine(store.url);
  await fillDirectory(store, MANY);
});
afterAll(async () => {
  await engine.close();
  await store.close();
});

/** More than are read at a time. */
const MANY = 1_100;

test("a directory in which everything has happened is as it must be", async () => {
  const { problems, problemCount, rows } = await verifyDatabase(store.url, userEncoder);
  expect({ problems, problemCount }).toEqual({ problems: [], problemCount: 0 });
  expect(rows).toMatchObject({ accounts: 3, users: MANY + 17, sessions: 2, api_keys: 2, slugs: 3, certificate_names: 2 });
});

test("every index that the migrations make is one that must be there", async () => {
  const names = (await engine.examination.listIndexes(engine.reader)).map(({ name }) => name);
  const ofMigrations = names.filter((name) => !/^(sqlite_autoindex|user_words|kysely_)|_pk(ey)?$/.test(name));
  expect(ofMigrations.sort()).toEqual([...INDEXES].sort());
});

interface Damage {
  readonly do: string | ((tx: Transaction) => Promise<void>);
  /** What is found, and nothing else. */
  readonly found: { readonly [R in Rule]?: RegExp };
}

const OF_ADA = "where account_id = 'a' and id = 'ada'";

const DAMAGES: Readonly<Record<string, Damage>> = {
  "a revision that is missing": {
    do: "delete from changes where account_id = 'a' and user_id = 'again' and type = 'CREATED'",
    found: {
      revisions: /revisions \d+ to \d+ are missing/,
      history: /again: the history ends with a purge/,
      audit: /not in the history/,
    },
  },
  "a change that is missing in its transaction": {
    do: "delete from changes where account_id = 'a' and user_id = 'many-7'",
    found: {
      revisions: /a change before number \d+ is missing/,
      history: /many-7 has revision/,
      audit: /not in the history/,
    },
  },
  "an account that is ahead of its history": {
    do: "update accounts set revision = revision + 1, words_revision = revision + 1 where account_id = 'a'",
    found: { revisions: /the history ends with revision (\d+), the account has/ },
  },
  "an account that is behind its history": {
    do: "update accounts set revision = revision - 1, words_revision = revision - 1 where account_id = 'a'",
    found: { revisions: /the history ends/, users: /alan: has revision/ },
  },
  "a user that was changed past the history": {
    do: `update users set about = 'third' ${OF_ADA}`,
    found: { history: /ada: the user is not as revision \d+ has left it/, users: /ada: the encoded user/ },
  },
  "a user that was removed past the history": {
    do: async (tx) => {
      await engine.words.remove(tx, "a", ["many-8"]);
      await sql`delete from users where account_id = 'a' and id = 'many-8'`.execute(tx);
    },
    found: { history: /many-8: the history does not end with a purge/ },
  },
  "a change that does not follow on the one before": {
    do: "update changes set image_before = replace(image_before, 'first', 'other') where account_id = 'a' and user_id = 'ada'",
    found: { history: /ada: the change UPDATED at revision \d+ does not begin where/ },
  },
  "a change with the wrong version": {
    do: "update changes set version = 9 where account_id = 'a' and user_id = 'many-9'",
    found: { history: /many-9: the change CREATED/ },
  },
  "an encoded user of another one": {
    do: `update users set image = (select image from users as other where other.account_id = 'a' and other.id = 'alan') ${OF_ADA}`,
    found: { users: /ada: the encoded user is not that of the row/ },
  },
  "an e-mail that is folded wrongly": {
    do: `update users set email_key = 'ada@example.org' ${OF_ADA}`,
    found: { users: /ada: the folded e-mail/, history: /ada: the user is not as/ },
  },
  "metadata that is not canonical": {
    do: `update users set metadata = '{"b":1,"a":"é"}' ${OF_ADA}`,
    found: { users: /ada: metadata is not canonical/, history: /ada: the user is not as/ },
  },
  "words of somebody else": {
    do: (tx) => engine.words.put(tx, [{ account_id: "a", id: "ada", words: "livebyron" }]),
    found: { words: /ada: the index has other words/ },
  },
  "words of nobody": {
    do: (tx) =>
      engine.name === "sqlite"
        ? execute(tx, "insert into user_words (rowid, words) values (9999999, 'livebyron')")
        : execute(tx, "insert into user_words (account_id, id, words) values ('a', 'nobody', 'livebyron')"),
    found: { words: /the index has words of 1 who are no users/ },
  },
  "an entry of the log that is missing": {
    do: "delete from audit_entries where account_id = 'a' and user_id = 'many-5'",
    found: { audit: /entries (\d+) to \1 are missing|many-5 .* is not in the log/ },
  },
  "the end of the log that is missing": {
    do: "delete from audit_entries where account_id = 'a' and resource = 'SESSION'",
    found: { audit: /the log ends with entry \d+, the account has/ },
  },
  "an entry of a change that never was": {
    do: "update audit_entries set action = 'DELETED' where account_id = 'a' and user_id = 'many-6'",
    found: { audit: /many-6 .* is (not in the log|in the log, and not in the history)/ },
  },
  "an entry that is done and refused": {
    do: "update audit_entries set refusal = 'no' where account_id = 'a' and user_id = 'many-6'",
    found: { audit: /is not what its outcome DONE demands/ },
  },
  "a purge that the log does not tell": {
    do: "update audit_entries set action = 'UPDATED', resource = 'ACCOUNT' where account_id = 'a' and action = 'PURGED'",
    found: { audit: /the purge at [^ ]+ is not in the log/ },
  },
  "a slug that is not registered": {
    do: "delete from slugs where slug = 'account-a'",
    found: { accounts: /its slug "account-a" is not registered/ },
  },
  "a slug that is registered for another account": {
    do: "update slugs set owner_id = 'default' where slug = 'account-a'",
    found: { accounts: /"account-a" is (not )?registered as its own/ },
  },
  "a certificate name that no key holds": {
    do: "update api_keys set certificate_names = '[]' where account_id = 'a'",
    found: { accounts: /the certificate name billing-a is registered for key .* does not hold it/ },
  },
  "a certificate name that is not registered": {
    do: "delete from certificate_names where owner_id = 'a'",
    found: { accounts: /a key holds a certificate name that is not registered: .*billing-a/ },
  },
  "an index that is gone": {
    do: "drop index users_of_project",
    found: { storage: /index users_of_project is missing/ },
  },
  "two live users with one e-mail": {
    do: `drop index users_by_email_key; update users set email = 'ada@example.com', email_key = 'ada@example.com'
      where account_id = 'a' and id = 'alan'`,
    found: {
      keys: /several live users have email_key "ada@example.com"/,
      storage: /users_by_email_key is missing/,
      users: /alan: the encoded/,
      history: /alan: the user is not/,
      words: /alan/,
    },
  },
  "a nonce of a key that is not there": {
    do: "insert into nonces (account_id, key_id, digest, expire_time) select 'a', 'K-none', digest, 1 from api_keys where account_id = 'a'",
    found: { references: /nonces has a row whose key_id "K-none" is not there/ },
  },
  "an entry of an account that is gone": {
    do: "insert into audit_entries (account_id, sequence, time, outcome, changed_fields, count) values ('gone', 1, 1, 'DONE', '[]', 1)",
    found: { references: /audit_entries has a row of the account/ },
  },
  "no super admin": {
    do: "update users set status = 'SUSPENDED', image_stamp = null where id = 'boss'",
    found: { accounts: /no active super admin/ },
  },
};

test.each(Object.entries(DAMAGES))("finds %s", async (_, damage) => {
  const { problems, problemCount } = await verifyDamaged(damage.do);
  expect(problemCount).toBeGreaterThan(0);
  const rules = Object.groupBy(problems, ({ rule }) => rule);
  expect(Object.keys(rules).sort(), JSON.stringify(problems)).toEqual(Object.keys(damage.found).sort());
  for (const [rule, what] of Object.entries(damage.found)) {
    expect(problems.filter((problem) => problem.rule === rule).map((problem) => problem.what)).toEqual(
      expect.arrayContaining([expect.stringMatching(what)]),
    );
  }
});

const UNDO = new Error("undo");

/** What is found in a transaction that never commits. */
async function verifyDamaged(damage: Damage["do"]): Promise<Verification> {
  let verification: Verification | undefined;
  const work = engine.writer.transaction().execute(async (tx) => {
    if (typeof damage === "string") {
      await execute(tx, damage);
    } else {
      await damage(tx);
    }
    verification = await verifyMoment({ db: tx, engine, encoder: userEncoder });
    throw UNDO;
  });
  await expect(work).rejects.toBe(UNDO);
  return verification ?? expect.fail("nothing was verified");
}

async function execute(tx: Transaction, statements: string): Promise<void> {
  for (const statement of statements.split(";")) await sql.raw(statement).execute(tx);
}
