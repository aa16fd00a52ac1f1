import type { Kysely, QueryCreator } from "kysely";
import type { Schema } from "../schema.ts";

/** What a statement runs on: any free connection, or a transaction. */
export type Queryable = QueryCreator<Schema> & Pick<Kysely<Schema>, "executeQuery" | "getExecutor">;

export type Transaction = Queryable & { readonly isTransaction: true };
