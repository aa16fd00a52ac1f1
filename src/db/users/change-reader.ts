import type { ChangeList, ChangeReader } from "../../directory/store/changes.ts";
import type { ChangeQuery, UserChange } from "../../directory/users/change.ts";
import type { Queryable } from "../query/queryable.ts";
import { CHANGE_COLUMNS, toChange } from "./change-row.ts";

export class KyselyChangeReader implements ChangeReader {
  readonly #db: Queryable;
  readonly #accountId: string;

  constructor(db: Queryable, accountId: string) {
    this.#db = db;
    this.#accountId = accountId;
  }

  // One row more than asked for shows whether the last revision is whole: only one that another comes after is known to be.
  async list(afterRevision: number, { limit, withBefore }: ChangeQuery): Promise<ChangeList> {
    const rows = await this.#rows(withBefore)
      .where("revision", ">", afterRevision)
      .limit(limit + 1)
      .execute();
    if (rows.length <= limit) {
      return { changes: rows.map(toChange), done: true };
    }
    const last = rows.at(-1)?.revision ?? afterRevision;
    const whole = rows.filter(({ revision }) => revision < last);
    return { changes: whole.length > 0 ? whole.map(toChange) : await this.#listRevision(last, withBefore), done: false };
  }

  async #listRevision(revision: number, withBefore: boolean): Promise<UserChange[]> {
    return (await this.#rows(withBefore).where("revision", "=", revision).execute()).map(toChange);
  }

  #rows(withBefore: boolean) {
    return this.#db
      .selectFrom("changes")
      .select(CHANGE_COLUMNS)
      .$if(withBefore, (changes) => changes.select("image_before"))
      .where("account_id", "=", this.#accountId)
      .orderBy("revision")
      .orderBy("ordinal");
  }
}
