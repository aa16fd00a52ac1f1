import { expect, test } from "vitest";
import { filterChange, type UserChange } from "../../../src/directory/users/change.ts";
import { afterRevision, readChanges } from "../../../src/directory/users/changes.ts";
import type { User } from "../../../src/directory/users/user.ts";
import { parseUserFilter, userMatches } from "../../../src/filter/users.ts";
import { openTestAccount } from "../../support/account.ts";
import { LONG } from "../../support/bounds.ts";
import { createRandom } from "../../support/random.ts";
import { Model } from "./model.ts";

const FILTERS = [
  'metadata.text < "5"',
  'about >= "5" || metadata.text >= "5"',
  "has(delete_time)",
  '!has(delete_time) && !(metadata.text >= "3")',
  "version < 3",
  "version != 2",
  'id.endsWith("1")',
];

export function filteredChanges(): void {
  test.each([1, 2])(
    "who passed a filter, and its changes since, are who passes it now, from any revision (seed %i)",
    LONG,
    async (seed) => {
      const { store, id, read, write } = await openTestAccount();
      const model = new Model(createRandom(seed));
      for (let transactions = 0; transactions < 100; transactions += 1) {
        await write(async (tx) => model.change(tx));
        model.snapshot(await read(async (view) => view.account.revision));
      }
      const revisions = [...model.snapshots.keys()];
      const types = new Set<string>();

      async function follow(replica: Map<string, User>, from: number, passes: (user: User) => boolean): Promise<void> {
        const query = { limit: 1 + (from % 9), withBefore: true };
        for (let position = afterRevision(from); ; ) {
          const { changes, end, done } = await readChanges(store, id, position, query);
          for (const { change } of changes) {
            const seen = filterChange(change, passes);
            if (seen !== undefined) apply(replica, seen);
            if (seen !== undefined) types.add(seen.type);
          }
          if (done) return;
          position = end;
        }
      }

      for (const text of FILTERS) {
        const filter = parseUserFilter(text) ?? expect.fail("it is blank");
        const passing = (revision: number) =>
          new Map([...(model.snapshots.get(revision) ?? [])].filter(([, user]) => userMatches(filter, user)));
        const last = revisions.at(-1) ?? 0;
        for (const from of revisions.filter((_, index) => index % 12 === 0)) {
          const replica = passing(from);
          await follow(replica, from, (user) => userMatches(filter, user));
          expect({ text, from, replica }).toEqual({ text, from, replica: passing(last) });
        }
      }
      expect(types).toEqual(new Set(["CREATED", "UPDATED", "DELETED", "UNDELETED", "PURGED", "LEFT_FILTER"]));
    },
  );

  test("what a user was before is read on request; a new one was nothing", async () => {
    const { read, write, insert } = await openTestAccount();
    const ada = await insert({ id: "ada" });
    const renamed = await write(({ users }) => users.update(ada, { ...ada, name: "Ada" }));
    const deleted = await write(({ users, now }) => users.update(renamed, { ...renamed, deleteTime: now() }));
    const before = async (withBefore: boolean) =>
      (await read(({ changes }) => changes.list(0, { limit: 10, withBefore }))).changes.map((change) => change.before);
    expect(await before(true)).toEqual([null, ada, renamed]);
    expect(await before(false)).toEqual([null, null, null]);
    await write(({ users }) => users.purge(deleted));
    expect(await before(true)).toEqual([null]);
  });
}

/** What the schema tells a consumer to do. */
function apply(replica: Map<string, User>, { userId, user }: UserChange): void {
  if (user === null) replica.delete(userId);
  else replica.set(userId, user);
}
