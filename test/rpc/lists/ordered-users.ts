import { expect } from "vitest";
import { type User, UserStatus } from "../../../gen/roster/v1/user_pb.js";
import { foldEmail } from "../../../src/directory/values/email.ts";
import { createRandom } from "../../support/random.ts";
import { present, type Roster, type Users } from "../setup.ts";

type Value = string | bigint | undefined;

/** What each field is compared by: text as the bytes of its UTF-8, times as microseconds. */
export const VALUES: Record<string, (user: User) => Value> = {
  id: ({ id }) => id,
  external_id: ({ externalId }) => externalId,
  email: ({ email }) => (email === undefined ? undefined : foldEmail(email)),
  name: ({ name }) => name,
  display_name: ({ displayName }) => displayName,
  status: ({ status }) => UserStatus[status],
  create_time: ({ createTime }) => microsOf(createTime),
  update_time: ({ updateTime }) => microsOf(updateTime),
};
export const FIELDS = Object.keys(VALUES);

function microsOf(time: User["createTime"]): bigint {
  const { seconds, nanos } = present(time);
  return seconds * 1_000_000n + BigInt(nanos / 1000);
}

function compare(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  return typeof a === "string" ? Buffer.compare(Buffer.from(a), Buffer.from(String(b))) : a < BigInt(b) ? -1 : 1;
}

/** The ids in the order that the contract gives, however the database finds it. */
export function sorted(users: readonly User[], orderBy: string): string[] {
  const [direction = "asc"] = orderBy
    .split(":")
    .slice(-1)
    .filter((word) => word === "desc");
  const terms = [...orderBy.split(","), `id:${direction}`].map((term) => term.split(":"));
  const differ = (a: User, b: User) => {
    for (const [field = "", direction] of terms) {
      const order = compare(VALUES[field]?.(a), VALUES[field]?.(b));
      if (order !== 0) return direction === "desc" ? -order : order;
    }
    return 0;
  };
  return users.toSorted(differ).map(({ id }) => id);
}

/** Texts whose order is another by code units, by case or by language than by UTF-8. */
const TEXTS = [
  "a",
  "A",
  "b",
  "é",
  "e\u0301",
  "z",
  "Ω",
  "\u{10400}",
  "\u{ffe5}",
  "\u{fb01}",
  "李",
  "aa",
  "a b",
  "%",
  "_",
  "'",
];

/** An account with so many users at random, the same in every run. */
export async function fill(roster: Roster, seed: number, count: number): Promise<{ accountId: string; users: User[] }> {
  const random = createRandom(seed);
  const users = roster.users();
  const accountId = await roster.emptyAccount();
  const pick = <T>(values: readonly T[]): T => present(values[random(values.length)]);
  const some = <T>(field: string, value: T) => (random(4) === 0 ? {} : { [field]: value });
  const given = Array.from({ length: count }, (_, n) => ({
    id: `${pick(["u", "U", "-", "~"])}${n}`,
    status: pick([UserStatus.ACTIVE, UserStatus.INVITED, UserStatus.SUSPENDED]),
    ...some("name", pick(["a", "A", "b", "é", "z", "Ω", "\u{10400}", "李", "'"])),
    ...some("displayName", `${pick(TEXTS)}${pick(["\ue000", "\u{1f600}", "x"])}`),
    ...some("externalId", `${pick(TEXTS)}${pick(["\uffee", "\u{1f600}"])}${n}`),
    ...some("email", `${pick(["a", "B", "b", "É", "z", "\u{10428}", "ﬁ"])}${n}@example.org`),
  }));
  const { failures } = await users.importUsers({ accountId, users: given });
  expect(failures).toEqual([]);
  for (let n = 0; n < count / 4; n += 1) {
    await users.updateUser({ accountId, user: { id: pick(given).id, about: `${n}` } });
  }
  return { accountId, users: (await users.listUsers({ accountId, pageSize: 1000 })).users };
}

/** The pages from the first, or from the token, on. */
export async function walk(
  users: Users,
  request: Parameters<Users["listUsers"]>[0],
  way: "nextPageToken" | "previousPageToken",
  from = "",
) {
  const pages: Array<{ ids: string[]; nextPageToken: string; previousPageToken: string }> = [];
  for (let token: string | undefined = from; token !== undefined; token = pages.at(-1)?.[way] || undefined) {
    const { users: found, ...tokens } = await users.listUsers({ ...request, pageToken: token });
    pages.push({ ...tokens, ids: found.map(({ id }) => id) });
  }
  return pages;
}
