import { type CompiledQuery, DefaultQueryExecutor, QueryCreator, type QueryExecutor, type QueryResult } from "kysely";
import type { Schema } from "../schema.ts";
import type { Queryable, Transaction } from "./queryable.ts";

type Hook = (statement: CompiledQuery) => Promise<void> | void;

/** The same transaction, for statements that each wait for `hook` before they run. */
export function beforeEachStatement(transaction: Transaction, hook: Hook): Transaction {
  return new HookedTransaction(new HookedExecutor(transaction.getExecutor(), hook));
}

class HookedTransaction extends QueryCreator<Schema> implements Transaction {
  readonly isTransaction = true;
  readonly #executor: QueryExecutor;

  constructor(executor: QueryExecutor) {
    super({ executor });
    this.#executor = executor;
  }

  getExecutor(): QueryExecutor {
    return this.#executor;
  }

  executeQuery: Queryable["executeQuery"] = (query, options) =>
    this.#executor.executeQuery("compile" in query ? query.compile() : query, options);
}

class HookedExecutor extends DefaultQueryExecutor {
  readonly #inner: QueryExecutor;
  readonly #hook: Hook;

  constructor(inner: QueryExecutor, hook: Hook) {
    super(inner, inner.adapter, inner, [...inner.plugins]);
    this.#inner = inner;
    this.#hook = hook;
  }

  override async executeQuery<R>(
    statement: CompiledQuery,
    options?: Parameters<QueryExecutor["executeQuery"]>[1],
  ): Promise<QueryResult<R>> {
    await this.#hook(statement);
    return this.#inner.executeQuery<R>(statement, options);
  }
}
