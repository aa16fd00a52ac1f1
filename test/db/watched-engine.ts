import { join } from "node:path";
import { type Kysely, type KyselyPlugin, PostgresQueryCompiler, type QueryId, type RootOperationNode } from "kysely";
import type { Engine } from "../../src/db/engine.ts";
import { migrate } from "../../src/db/migrations/migrate.ts";
import { openSqlite } from "../../src/db/sqlite/engine.ts";
import { testFolder } from "../support/folder.ts";

const compiler = new PostgresQueryCompiler();

/** An engine on a new database, and the statements that it has run, as PostgreSQL gets them. */
export async function openWatchedEngine(): Promise<{ engine: Engine; seen: () => string[] }> {
  const engine = openSqlite(join(testFolder(), "roster.db"));
  await migrate(engine);
  const nodes: RootOperationNode[] = [];
  const watched: Engine = {
    ...engine,
    writer: watch(engine.writer, nodes),
    reader: watch(engine.reader, nodes),
    scanner: watch(engine.scanner, nodes),
  };
  return { engine: watched, seen: () => nodes.map((node) => compiler.compileQuery(node, { queryId: "" }).sql) };
}

/** What is run, not what is built: a statement within another is built, too. */
function watch<T>(db: Kysely<T>, seen: RootOperationNode[]): Kysely<T> {
  const built = new WeakMap<QueryId, RootOperationNode>();
  const plugin: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      built.set(queryId, node);
      return node;
    },
    async transformResult({ result, queryId }) {
      const node = built.get(queryId);
      if (node !== undefined) seen.push(node);
      return result;
    },
  };
  return db.withPlugin(plugin);
}
