import type { RosterClient } from "../../src/client/index.ts";
import { timeRequests } from "./measure.ts";

type Users = RosterClient["users"];
type Request = Parameters<Users["listUsers"]>[0];

/** What a search costs. */
export interface Search {
  readonly what: string;
  readonly found: number;
  readonly milliseconds: number;
  /** The most that it may take. */
  readonly goal: number;
}

/** So many found of a million, and the milliseconds that may take. */
const FEW = { query: "424", goal: 20 };
const MANY = { query: "4", goal: 300 };

/** Users have numbers in their external ids and e-mails: one in 900 has one that begins with three given digits, one in nine with one. */
export async function measureSearches(users: Users): Promise<Search[]> {
  const searches: Search[] = [];
  for (const { query, goal } of [FEW, MANY]) {
    const { nextPageToken } = await users.listUsers({ query });
    const requests: Record<string, Request> = {
      "": { query },
      ", with include_total": { query, includeTotal: true },
      ", page 2": { query, pageToken: nextPageToken },
      ", by name": { query, orderBy: "name" },
      ", oldest first": { query, orderBy: "create_time" },
      ", and crm, which all have": { query: `crm ${query}` },
      ', with status == "ACTIVE"': { query, filter: 'status == "ACTIVE"' },
    };
    const found = Number((await users.listUsers({ query, countOnly: true })).totalSize);
    const times = await timeRequests(
      Object.fromEntries(Object.entries(requests).map(([what, request]) => [what, () => users.listUsers(request)])),
    );
    for (const [what, milliseconds] of Object.entries(times)) {
      searches.push({ what: `${query}${what}`, found, milliseconds, goal });
    }
  }
  return searches;
}
