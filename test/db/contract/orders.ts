import fc from "fast-check";
import { expect, test } from "vitest";
import { type ListKey, type OrderTerm, parseOrderBy } from "../../../src/directory/lists/order.ts";
import type { ListedUser, ListQuery } from "../../../src/directory/store/users.ts";
import type { User } from "../../../src/directory/users/user.ts";
import { USER_ORDER, type UserOrderField } from "../../../src/directory/users/user-order.ts";
import { createTestAccount, newUser, openTestAccount, type TestAccount } from "../../support/account.ts";
import { decodeUser } from "../../support/sources.ts";
import { compareKeys } from "./compare-keys.ts";

type Order = ReadonlyArray<OrderTerm<UserOrderField>>;

/** Few values, so that they tie, with some absent. */
const someText = fc.option(fc.constantFrom("a", "B", "é", "\u{10400}", "\uffee"));
const someUsers = fc.array(
  fc.record({
    name: someText,
    displayName: someText,
    status: fc.constantFrom("ACTIVE", "INVITED", "SUSPENDED"),
    createTime: fc.integer({ min: 1, max: 4 }),
    emailVerifyTime: fc.option(fc.integer({ min: 1, max: 4 })),
  }),
  { minLength: 5, maxLength: 25, size: "max" },
);
const someOrder = fc
  .uniqueArray(
    fc.record({
      field: fc.constantFrom(
        "id",
        "external_id",
        "email",
        "email_verify_time",
        "name",
        "display_name",
        "status",
        "create_time",
        "update_time",
      ),
      way: fc.constantFrom("asc", "desc"),
    }),
    { selector: ({ field }) => field, maxLength: 4 },
  )
  .map((terms) => parseOrderBy(terms.map(({ field, way }) => `${field} ${way}`).join(), USER_ORDER));
const PAGE = { showDeleted: true, direction: "after", from: null, skip: 0, limit: 100 } as const;

export function orders(): void {
  test("any page of any order, in both directions and after any skip, is what sorting gives", async () => {
    const { store } = await openTestAccount();
    let accounts = 0;
    const isSorted = fc.asyncProperty(
      someUsers,
      fc.array(someOrder, { minLength: 1, maxLength: 5 }),
      fc.nat(),
      fc.oneof(fc.constant(0), fc.nat({ max: 15 })),
      fc.integer({ min: 1, max: 15 }),
      async (values, someOrders, anywhere, skip, limit) => {
        accounts += 1;
        const account = await createTestAccount(store, `a${accounts}`);
        const users = await insertAll(account, values);
        const place = anywhere % (users.length + 1);
        for (const order of someOrders) {
          const sorted = users.toSorted((a, b) => compareKeys(keyOf(a, order), keyOf(b, order), order));
          const from = sorted[place];
          const after = from === undefined ? sorted : sorted.slice(place + 1);
          const before = from === undefined ? sorted.toReversed() : sorted.slice(0, place).toReversed();
          const query: ListQuery = { ...PAGE, order, from: from === undefined ? null : keyOf(from, order), skip, limit };
          expect(await idsOf(account, query)).toEqual(after.slice(skip, skip + limit).map(({ id }) => id));
          expect(await idsOf(account, { ...query, direction: "before" })).toEqual(
            before.slice(skip, skip + limit).map(({ id }) => id),
          );
        }
      },
    );
    await fc.assert(isSorted, { numRuns: 60 });
  });

  test("whoever does not move is met once in a walk, whatever is written between pages", async () => {
    const { store } = await openTestAccount();
    let accounts = 0;
    const isWhole = fc.asyncProperty(
      someUsers,
      someOrder,
      fc.constantFrom("after" as const, "before" as const),
      fc.infiniteStream(fc.nat({ max: 24 })),
      async (values, order, direction, choices) => {
        accounts += 1;
        const account = await createTestAccount(store, `a${accounts}`);
        const users = await insertAll(account, values);
        const moved = new Set<string>();
        const met: string[] = [];
        for (let from: ListKey | null = null; ; ) {
          const query: ListQuery = { ...PAGE, order, direction, from, limit: 3 };
          const page: readonly ListedUser[] = await account.read((view) => view.users.list(query));
          const edge = page.at(-1);
          if (edge === undefined) break;
          met.push(...page.map(({ encoded }) => decodeUser(encoded).id));
          const last: User = (await account.read((view) => view.users.find(met.at(-1) ?? ""))) ?? expect.fail();
          expect(edge.key).toEqual(keyOf(last, order));
          from = edge.key;
          // The one at the edge goes, another changes places, and somebody comes.
          const other = users[choices.next().value];
          for (const id of new Set([last.id, other?.id ?? last.id])) moved.add(id);
          await account.write(async (tx) => {
            await tx.users.purge(last);
            const stored = other && (await tx.users.find(other.id));
            if (stored !== undefined) {
              await tx.users.update(stored, { ...stored, name: "z", displayName: null, status: "INVITED", updateTime: 9 });
            }
            if (met.length < 40) await tx.users.insert(newUser(tx, { id: `new${met.length}`, name: "B", createTime: 2 }));
          });
        }
        const sorted = users.toSorted((a, b) => compareKeys(keyOf(a, order), keyOf(b, order), order));
        const stayed = (direction === "after" ? sorted : sorted.toReversed()).filter(({ id }) => !moved.has(id));
        expect(met.filter((id) => !moved.has(id) && !id.startsWith("new"))).toEqual(stayed.map(({ id }) => id));
      },
    );
    await fc.assert(isWhole, { numRuns: 40 });
  });
}

function insertAll(account: TestAccount, values: ReadonlyArray<Partial<User>>): Promise<User[]> {
  return account.write(async (tx) => {
    const users: User[] = [];
    for (const [index, value] of values.entries()) {
      const own =
        index % 3 === 0
          ? { emailVerifyTime: null }
          : { externalId: `x${(index * 7) % 25}`, email: `${(index * 11) % 25}@b.c` };
      users.push(await tx.users.insert(newUser(tx, { ...value, ...own, id: `u${(index * 13) % 25}` })));
    }
    return users;
  });
}

function keyOf(user: User, order: Order): ListKey {
  return order.map(({ field }) => USER_ORDER[field](user));
}

async function idsOf(account: TestAccount, query: ListQuery): Promise<string[]> {
  return (await account.read(({ users }) => users.list(query))).map(({ encoded }) => decodeUser(encoded).id);
}
