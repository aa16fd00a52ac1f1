import { CompiledQuery, type Kysely } from "kysely";
import type { Engine } from "../../src/db/engine.ts";
import type { Schema } from "../../src/db/schema.ts";

/** What a database means to do for one statement. */
export interface Plan {
  readonly sql: string;
  /** The indexes that rows are found by. */
  readonly indexes: readonly string[];
  /** Steps that look at every row of a table, or sort what they found. PostgreSQL may sort what it takes for a page or two. */
  readonly scans: readonly string[];
  readonly sorts: readonly string[];
}

/** How the engine would run each statement that `read` runs. */
export async function explain(engine: Engine, read: (db: Kysely<Schema>) => Promise<unknown>): Promise<Plan[]> {
  const queries: CompiledQuery[] = [];
  const watched = engine.reader.withoutPlugins();
  const executor = watched.getExecutor();
  const run = executor.executeQuery.bind(executor);
  executor.executeQuery = (query, options) => {
    queries.push(query);
    return run(query, options);
  };
  await read(watched);
  const plans: Plan[] = [];
  for (const { sql, parameters } of queries) {
    plans.push({
      sql,
      ...(await (engine.name === "sqlite" ? explainSqlite : explainPostgres)(engine.reader, sql, parameters)),
    });
  }
  return plans;
}

async function explainSqlite(db: Kysely<Schema>, sql: string, parameters: readonly unknown[]): Promise<Omit<Plan, "sql">> {
  const { rows } = await db.executeQuery<{ detail: string }>(
    CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]),
  );
  const steps = rows.map(({ detail }) => detail);
  return {
    indexes: steps.flatMap((step) => INDEX_STEPS.flatMap((pattern) => pattern.exec(step)?.[1] ?? [])),
    // A value that is selected alone is a CONSTANT ROW.
    scans: steps.filter((step) => step.startsWith("SCAN") && !/ (VIRTUAL TABLE|CONSTANT ROW)/.test(step)),
    sorts: steps.filter((step) => step.includes("TEMP B-TREE")),
  };
}

/** By a key of columns, by the number of a row, or by the words of a table of words. */
const INDEX_STEPS = [
  /^SEARCH \w+ USING (?:COVERING )?INDEX (\w+)/,
  /^SEARCH \w+ USING INTEGER (PRIMARY KEY)/,
  /^SCAN (user_words) VIRTUAL TABLE INDEX \d+:M/,
];

interface Step {
  readonly "Node Type": string;
  readonly "Plan Rows": number;
  readonly "Index Name"?: string;
  readonly Plans?: readonly Step[];
}

async function explainPostgres(db: Kysely<Schema>, sql: string, parameters: readonly unknown[]): Promise<Omit<Plan, "sql">> {
  const { rows } = await db.executeQuery<{ "QUERY PLAN": Array<{ Plan: Step }> }>(
    CompiledQuery.raw(`explain (format json) ${sql}`, [...parameters]),
  );
  const steps = rows.flatMap((row) => row["QUERY PLAN"].flatMap(({ Plan }) => within(Plan)));
  const names = (chosen: readonly Step[]) => chosen.map((step) => step["Node Type"]);
  const isSort = (step: Step) => step["Node Type"].endsWith("Sort");
  return {
    indexes: steps.flatMap((step) => step["Index Name"] ?? []),
    scans: names(steps.filter((step) => step["Node Type"] === "Seq Scan")),
    sorts: names(steps.filter((step) => isSort(step) && step["Plan Rows"] > FEW)),
  };
}

const FEW = 100;

function within(step: Step): Step[] {
  return [step, ...(step.Plans ?? []).flatMap(within)];
}
