import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { MetadataPath } from "../../directory/lists/filter.ts";
import type { Engine, Index, JsonDialect } from "../engine.ts";

const PREFIX = "users_of_metadata_";

/** The engine, with an index for lists of users by each of the paths; those of other paths are dropped. */
export async function withIndexedMetadata(engine: Engine, paths: readonly MetadataPath[]): Promise<Engine> {
  await engine.keepIndexes(
    PREFIX,
    paths.map((path) => indexOn(engine, path)),
  );
  return { ...engine, json: declared(engine.json, paths) };
}

/** The name says what is in it: an index that is made otherwise one day is another one. */
function indexOn({ writer, types, json }: Engine, path: MetadataPath): Index {
  const key = json.key("metadata", path);
  const columns = sql`account_id, (${key}), create_time${sql.raw(types.absentFirst)}, id`;
  const digest = createHash("sha256").update(columns.compile(writer).sql).digest("hex");
  return { name: `${PREFIX}${digest.slice(0, 16)}`, columns };
}

function declared(json: JsonDialect, paths: readonly MetadataPath[]): JsonDialect {
  const known = new Set(paths.map((path) => JSON.stringify(path)));
  return {
    ...json,
    isIndexed: (column, path) => column === "users.metadata" && known.has(JSON.stringify(path)),
  };
}
