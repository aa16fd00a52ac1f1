import type { RosterClient } from "@roster/client";
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
const FEW = { query: "542", goal: 20 };
const MANY = { query: "5", goal: 300 };

/**
 * Users have a number of their own, and another up to 4999 that many share: of a million, some 1300 have one that begins with `542`, 130 000
 * with `5`.
 */
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
