import type { RosterClient } from "@roster/client";
import { createMaker } from "../harness/users.ts";
import { type Comparison, timeRequests } from "./measure.ts";

type Users = RosterClient["users"];

const GOAL = 2;
const TOTAL_GOAL = 0.5;

/** A filtered page beside an unfiltered one. */
export async function compareFilters(users: Users, metadataKeys: readonly string[]): Promise<Comparison[]> {
  const { email } = createMaker().values(42);
  const filters = [
    'status == "SUSPENDED"',
    'project == "project_7"',
    'external_id == "crm/42"',
    `email == ${JSON.stringify(email)}`,
    ...metadataKeys.map((key) => `metadata.${key} == "team"`),
  ];
  const comparisons: Comparison[] = [];
  for (const filter of filters) {
    const { filtered, unfiltered } = await timeRequests({
      filtered: () => users.listUsers({ filter }),
      unfiltered: () => users.listUsers({}),
    });
    const [milliseconds, besideMilliseconds] = [filtered, unfiltered];
    comparisons.push({ what: filter, milliseconds, beside: "no filter", besideMilliseconds, goal: GOAL });
  }
  return comparisons;
}

/** A page whose total is counted up to a bound beside one whose total is counted to the end. */
export async function compareCapped(users: Users): Promise<Comparison> {
  const maxTotal = 1000;
  const { capped, counted } = await timeRequests({
    capped: () => users.listUsers({ maxTotal }),
    counted: () => users.listUsers({ includeTotal: true }),
  });
  return {
    what: `max_total: ${maxTotal}`,
    milliseconds: capped,
    beside: "include_total",
    besideMilliseconds: counted,
    goal: TOTAL_GOAL,
  };
}

/** A page without the total beside one with it. */
export async function compareTotal(users: Users): Promise<Comparison> {
  const { without, counted } = await timeRequests({
    without: () => users.listUsers({}),
    counted: () => users.listUsers({ includeTotal: true }),
  });
  return {
    what: "without include_total",
    milliseconds: without,
    beside: "with include_total",
    besideMilliseconds: counted,
    goal: TOTAL_GOAL,
  };
}
