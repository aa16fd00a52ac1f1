import type { ListKey } from "../../directory/lists/order.ts";
import type { ListedUser, ListQuery, UserEncoder } from "../../directory/store/users.ts";
import type { JsonDialect } from "../engine.ts";
import { isPinned } from "../query/filter.ts";
import { fillPage, inOrder, orderColumns, rangesOf, readPage } from "../query/keyset.ts";
import type { Queryable } from "../query/queryable.ts";
import { type Statement, statement } from "../query/statement.ts";
import { readEncoded } from "./encoded-users.ts";
import { FILTER_COLUMNS, keyColumn, listRows, ORDER_COLUMNS } from "./user-list.ts";

type KeyValues = { readonly [place: `key_${number}`]: ListKey[number] };
type ListRow = Parameters<typeof readEncoded>[1][number] & KeyValues;
type PageValues = KeyValues & { readonly accountId: string; readonly limit: number };
type PageStatement = Statement<PageValues, ListRow>;

/** Orders by one field and the id: there are few of them. */
const MAX_ORDER = 2;

/** Lists users. The usual pages, of one account and without a filter, are compiled once for each shape that they can have. */
export class UserPages {
  readonly json: JsonDialect;
  readonly encoder: UserEncoder;
  readonly #statements = new Map<string, readonly PageStatement[]>();

  constructor(json: JsonDialect, encoder: UserEncoder) {
    this.json = json;
    this.encoder = encoder;
  }

  /** Of one account, or of all for null. */
  async read(db: Queryable, accountId: string | null, query: ListQuery): Promise<ListedUser[]> {
    const usual = accountId !== null && query.filter === undefined && query.skip === 0;
    const pinned = query.filter !== undefined && isPinned(query.filter, FILTER_COLUMNS, this.json);
    const order = orderColumns(query.order, ORDER_COLUMNS, { accountId, pinned });
    const rows =
      usual && order.length <= MAX_ORDER
        ? await this.#readCompiled(db, accountId, query)
        : await readPage(listRows(db, accountId, query, this.json), order, query);
    const encoded = await readEncoded(db, rows, this.encoder);
    return encoded.map((user, index) => ({
      key: query.order.map((_, place) => rows[index]?.[keyColumn(place)] ?? null),
      encoded: user,
    }));
  }

  #readCompiled(db: Queryable, accountId: string, query: ListQuery): Promise<ListRow[]> {
    const key: KeyValues = Object.fromEntries((query.from ?? []).map((value, place) => [keyColumn(place), value]));
    return fillPage(
      query,
      this.#statementsOf(query),
      (range, { limit }) => range.execute(db, { ...key, accountId, limit }),
      async () => 0,
    );
  }

  /** One for each range of the page. */
  #statementsOf({ order, direction, from, showDeleted }: ListQuery): readonly PageStatement[] {
    const absent = from?.map((value) => value === null);
    const shape = JSON.stringify([order, direction, absent, showDeleted]);
    let statements = this.#statements.get(shape);
    if (statements === undefined) {
      const columns = orderColumns(order, ORDER_COLUMNS, { accountId: "", pinned: false });
      statements = rangesOf(columns, { direction, from }).map((_, range) =>
        statement((db, values: PageValues) => {
          const place = absent?.map((isAbsent, index) => (isAbsent ? null : (values[keyColumn(index)] ?? null))) ?? null;
          const rows = listRows(db, values.accountId, { order, showDeleted }, this.json);
          const own = rangesOf(columns, { direction, from: place })[range];
          if (own === undefined) {
            throw new Error("pages of one shape have as many ranges");
          }
          return inOrder(rows, own).limit(values.limit);
        }),
      );
      this.#statements.set(shape, statements);
    }
    return statements;
  }
}
