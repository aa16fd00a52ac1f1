import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from "kysely";
import type { Pool } from "pg";
import { statementName } from "../query/statement.ts";

/**
 * The pool, but statements that are compiled once go by a name: the server parses and plans them once per connection. Others stay
 * without one, because a server forgets named ones only with their connection.
 */
export function withNames(pool: Pick<Pool, "options" | "end"> & { connect(): Promise<Client> }): PostgresPool {
  return {
    options: pool.options,
    connect: async () => new NamingClient(await pool.connect()),
    end: () => pool.end(),
  };
}

/** The part of pg's client that is used here. */
interface Client {
  query<R>(query: { name?: string; text: string; values: unknown[] }): Promise<PostgresQueryResult<R>>;
  release(destroy?: boolean): void;
}

class NamingClient implements PostgresPoolClient {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  query<R>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query<R>(
    text: string | PostgresCursor<R>,
    values: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof text !== "string") {
      throw new Error("no cursors: reads go by pages");
    }
    const name = statementName(text);
    return this.#client.query<R>({ text, values: [...values], ...(name !== undefined && { name }) });
  }

  release(destroy?: boolean): void {
    this.#client.release(destroy);
  }
}
