import { type CompiledQuery, type KyselyConfig, TableNode } from "kysely";
import type { Attributes, Tracer } from "../../tracing/span.ts";
import { statementName } from "./statement.ts";

/** The part of Kysely's settings that adds each statement to the span of its call. Without a tracer statements are not even timed. */
export function tracedBy(tracer: Tracer | undefined, system: "sqlite" | "postgresql"): Pick<KyselyConfig, "log"> {
  if (tracer === undefined) {
    return {};
  }
  return {
    log: ({ query, queryDurationMillis }) => {
      const span = tracer.current();
      if (span === undefined) return;
      const attributes = attributesOf(query, system);
      span.add(nameOf(attributes), queryDurationMillis, attributes);
    },
  };
}

// Semantic conventions of databases. Values are parameters, but texts that come and go may have keys of metadata in them.
function attributesOf({ sql, query }: CompiledQuery, system: string): Attributes {
  const [operation = ""] = /^\w+/.exec(sql) ?? [];
  const table = tableOf(query) ?? /\b(?:from|into|update) "?(\w+)/.exec(sql)?.[1];
  return {
    "db.system.name": system,
    "db.operation.name": operation.toUpperCase(),
    ...(table !== undefined && { "db.collection.name": table }),
    ...(statementName(sql) !== undefined && { "db.query.text": sql }),
  };
}

function tableOf(query: CompiledQuery["query"]): string | undefined {
  const node = "from" in query ? query.from?.froms[0] : "into" in query ? query.into : undefined;
  return node !== undefined && TableNode.is(node) ? node.table.identifier.name : undefined;
}

function nameOf(attributes: Attributes): string {
  return [attributes["db.operation.name"], attributes["db.collection.name"]].filter(Boolean).join(" ");
}
