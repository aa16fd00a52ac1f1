import type { RosterClient } from "@roster/client";
import { type Comparison, timeRequests } from "./measure.ts";

type Users = RosterClient["users"];

const FIELDS = ["id", "external_id", "email", "name", "display_name", "status", "create_time", "update_time"];
const PAGE = 50;
const GOAL = 1.3;

/** The page in the middle of the list beside the first, in every order, walking either way. */
export async function comparePages(users: Users, count: number): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const orderBy of FIELDS.flatMap((field) => [`${field} asc`, `${field} desc`])) {
    comparisons.push(...(await compareIn(users, orderBy, Math.floor(count / 2 / PAGE))));
  }
  return comparisons;
}

async function compareIn(users: Users, orderBy: string, depth: number): Promise<Comparison[]> {
  const list = (pageToken: string) => users.listUsers({ orderBy, pageSize: PAGE, pageToken });
  const { nextPageToken: here } = await users.listUsers({ orderBy, pageSize: 1, skip: (depth - 1) * PAGE - 1 });
  const { nextPageToken: behind } = await list(here);
  const { previousPageToken: back } = await list(behind);
  const { first, forward, backward } = await timeRequests({
    first: () => list(""),
    forward: () => list(here),
    backward: () => list(back),
  });
  return [
    { what: `${orderBy}: page ${depth}`, milliseconds: forward },
    { what: `${orderBy}: page ${depth}, backward`, milliseconds: backward },
  ].map((comparison) => ({ ...comparison, beside: "page 1", besideMilliseconds: first, goal: GOAL }));
}
