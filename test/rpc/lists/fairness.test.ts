import { expect, test } from "vitest";
import { LONG } from "../../support/bounds.ts";
import { SLOW_ABOUT, SLOW_FILTER } from "../../support/slow-filter.ts";
import { addUser, getUser, useRoster } from "../setup.ts";

const roster = useRoster();

test("a list that has to look at many users keeps nobody else waiting", async () => {
  const accountId = await roster.emptyAccount();
  const rows = Array.from({ length: 500 }, () => ({ about: SLOW_ABOUT }));
  expect((await roster.users().importUsers({ accountId, users: rows })).created).toBe(500);
  const users = roster.users();
  const { id } = await addUser(users);
  let listed = false;
  const listing = users.listUsers({ accountId, filter: SLOW_FILTER }).finally(() => {
    listed = true;
  });
  for (let calls = 0; calls < 20; calls += 1) await getUser(users, id);
  await users.listUsers({});
  await addUser(users);
  expect(listed).toBe(false);
  expect((await listing).users).toEqual([]);
});

test("a large import lets others have their turn", async () => {
  const users = roster.users();
  const { id } = await addUser(users);
  let imported = false;
  const rows = Array.from({ length: 1000 }, (_, row) => ({ externalId: `fair/${row}`, email: `fair-${row}@example.com` }));
  const importing = users.importUsers({ users: rows }).finally(() => {
    imported = true;
  });
  let meanwhile = -1;
  for (; !imported; meanwhile += 1) await getUser(users, id);
  expect((await importing).created).toBe(1000);
  // A call takes the event loop a few turns, client and server in one process.
  expect(meanwhile).toBeGreaterThan(3);
});

test(
  "of one caller's long lists a few are under way at a time, and another caller's need not wait for the rest",
  LONG,
  async () => {
    const account = await roster.account();
    const rows = Array.from({ length: 120 }, () => ({ about: SLOW_ABOUT }));
    expect((await account.users().importUsers({ users: rows })).created).toBe(120);
    const greedy = Array.from({ length: 24 }, () => account.users().listUsers({ filter: SLOW_FILTER }));
    let ended = 0;
    for (const list of greedy) {
      void list.then(() => {
        ended += 1;
      });
    }
    await expect.poll(() => ended, { interval: 10 }).toBeGreaterThan(0);
    await roster.users().listUsers({ filter: 'name == "x"' });
    expect(ended).toBeLessThan(20);
    expect((await Promise.all(greedy)).map(({ users }) => users)).toEqual(greedy.map(() => []));
  },
);
