import { createHash } from "node:crypto";
import type { Compilable, CompiledQuery, DialectAdapter } from "kysely";
import type { Queryable } from "./queryable.ts";

/** A query that is built and compiled once per engine, and run with other values each time. */
export interface Statement<V, R> {
  execute(db: Queryable, values: V): Promise<R[]>;
  executeTakeFirst(db: Queryable, values: V): Promise<R | undefined>;
}

/**
 * `build` is called with placeholders for the values: it may hand them to the query builder, and can't look into them. So the
 * statement's text must not depend on them.
 */
export function statement<V extends object, R>(build: (db: Queryable, values: V) => Compilable<R>): Statement<V, R> {
  const compiled = compileOnce((db) => build(db, placeholders<V>()));

  async function execute(db: Queryable, values: V): Promise<R[]> {
    const query = compiled(db);
    const parameters = query.parameters.map((given) =>
      given instanceof Placeholder ? Reflect.get(values, given.name) : given,
    );
    const filled: CompiledQuery<R> = { ...query, parameters };
    return (await db.executeQuery(filled)).rows;
  }

  return { execute, executeTakeFirst: async (db, values) => (await execute(db, values))[0] };
}

/** The query, built and compiled for an engine when it is first asked for. */
export function compileOnce<R>(build: (db: Queryable) => Compilable<R>): (db: Queryable) => CompiledQuery<R> {
  // Connections and transactions of an engine share its adapter.
  const compiled = new WeakMap<DialectAdapter, CompiledQuery<R>>();

  function compile(db: Queryable, adapter: DialectAdapter): CompiledQuery<R> {
    const query = build(db).compile();
    compiled.set(adapter, query);
    names.set(query.sql, createHash("sha256").update(query.sql).digest("base64url"));
    return query;
  }

  return (db) => {
    const { adapter } = db.getExecutor();
    return compiled.get(adapter) ?? compile(db, adapter);
  };
}

const names = new Map<string, string>();

/** The name that a database may keep the statement under; undefined for texts that come and go. */
export function statementName(sql: string): string | undefined {
  return names.get(sql);
}

class Placeholder {
  readonly name: PropertyKey;

  constructor(name: PropertyKey) {
    this.name = name;
  }
}

/** An object that has a placeholder under every name. They pass for values of any type: only the query builder gets to see them. */
function placeholders<V extends object>(): V {
  const traps: ProxyHandler<object> = {
    get: (_, name) => new Placeholder(name),
    ownKeys: () => {
      throw new Error("a statement names each of its values");
    },
  };
  return new Proxy({}, traps) as V;
}
