import type { ListKey } from "../../directory/lists/order.ts";
import type { ListedUser, ListQuery, UserEncoder } from "../../directory/store/users.ts";
import { usesFilterIndex } from "../query/filter.ts";
import { orderColumns } from "../query/order-columns.ts";
import { rangesOf } from "../query/page-ranges.ts";
import { fillPage, inOrder, readPage } from "../query/pages.ts";
import type { Queryable } from "../query/queryable.ts";
import { type Statement, statement } from "../query/statement.ts";
import { readEncoded } from "./encoded-users.ts";
import { FILTER_COLUMNS, keyColumn, listRows, ORDER_COLUMNS } from "./user-list.ts";
import { type ListDialect, planSearch } from "./user-search.ts";

type KeyValues = { readonly [place: `key_${number}`]: ListKey[number] };
type ListRow = Parameters<typeof readEncoded>[1][number] & KeyValues;
type PageValues = KeyValues & { readonly accountId: string; readonly limit: number };
type PageStatement = Statement<PageValues, ListRow>;

/** Orders by one field and the id: there are few of them. */
const MAX_COMPILED_ORDER = 2;

/** Lists users. Pages of one account without a filter are compiled once for each shape that they can have. */
export class UserPages {
  readonly dialect: ListDialect;
  readonly encoder: UserEncoder;
  readonly #statements = new Map<string, readonly PageStatement[]>();

  constructor(dialect: ListDialect, encoder: UserEncoder) {
    this.dialect = dialect;
    this.encoder = encoder;
  }

  /** Of one account, or of all for null. */
  async read(db: Queryable, accountId: string | null, query: ListQuery): Promise<ListedUser[]> {
    const rows = await this.#readRows(db, accountId, query);
    const encoded = await readEncoded(db, rows, this.encoder);
    return encoded.map((user, index) => ({
      key: query.order.map((_, place) => rows[index]?.[keyColumn(place)] ?? null),
      encoded: user,
    }));
  }

  async #readRows(db: Queryable, accountId: string | null, query: ListQuery): Promise<ListRow[]> {
    const { filter, skip } = query;
    const search = await planSearch(db, accountId, query, this.dialect);
    const byFilterIndex = filter !== undefined && usesFilterIndex(filter, FILTER_COLUMNS, this.dialect.json);
    const order = orderColumns(query.order, ORDER_COLUMNS, { accountId, byFilterIndex });
    if (
      accountId !== null &&
      filter === undefined &&
      search === undefined &&
      skip === 0 &&
      order.length <= MAX_COMPILED_ORDER
    ) {
      return this.#readCompiled(db, accountId, query);
    }
    return readPage(listRows(db, accountId, { ...query, search }, this.dialect), order, query);
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
  #statementsOf(query: ListQuery): readonly PageStatement[] {
    const { order, direction, from, showDeleted } = query;
    const shape = JSON.stringify([order, direction, from?.map((value) => value === null), showDeleted]);
    const statements = this.#statements.get(shape) ?? this.#compile(query);
    this.#statements.set(shape, statements);
    return statements;
  }

  #compile({ order, direction, from, showDeleted }: ListQuery): readonly PageStatement[] {
    const columns = orderColumns(order, ORDER_COLUMNS, { accountId: "", byFilterIndex: false });
    const isAbsent = from?.map((value) => value === null);
    return rangesOf(columns, { direction, from }).map((_, index) =>
      statement((db, values: PageValues) => {
        const key = isAbsent?.map((absent, place) => (absent ? null : (values[keyColumn(place)] ?? null))) ?? null;
        const range = rangesOf(columns, { direction, from: key })[index];
        if (range === undefined) {
          throw new Error("pages of one shape have as many ranges");
        }
        return inOrder(listRows(db, values.accountId, { order, showDeleted }, this.dialect), range).limit(values.limit);
      }),
    );
  }
}
