import { DEFAULT_ACCOUNT } from "../../directory/accounts/account.ts";
import { taken } from "../../directory/errors.ts";
import type { Queryable, Transaction } from "../query/queryable.ts";
import type { NamedKey } from "./api-key-row.ts";

/** The names of an account's keys. They are kept with the default account, whose key makes them unique among all accounts. */
export class CertificateNames {
  readonly #db: Transaction;
  readonly #ownerId: string;
  readonly #beforeChange: () => void;

  /** `beforeChange` is called before rows are locked that are not the account's own. */
  constructor(db: Transaction, ownerId: string, beforeChange: () => void) {
    this.#db = db;
    this.#ownerId = ownerId;
    this.#beforeChange = beforeChange;
  }

  /** Throws CERTIFICATE_NAME_TAKEN. */
  async claim({ id, names }: NamedKey): Promise<void> {
    if (names.length === 0) return;
    this.#beforeChange();
    // In one order for all, so that two who claim the same names do not wait for each other.
    const sorted = names.toSorted();
    const rows = await this.#db
      .insertInto("certificate_names")
      .values(sorted.map((name) => ({ account_id: DEFAULT_ACCOUNT, name, owner_id: this.#ownerId, key_id: id })))
      .onConflict((conflict) => conflict.doNothing())
      .returning("name")
      .execute();
    const refused = sorted.find((name) => !rows.some((row) => row.name === name));
    if (refused !== undefined) {
      throw taken("CERTIFICATE_NAME_TAKEN", refused);
    }
  }

  async release(keys: readonly NamedKey[]): Promise<void> {
    const named = keys.filter(({ names }) => names.length > 0).map(({ id }) => id);
    if (named.length === 0) return;
    this.#beforeChange();
    await this.#db
      .deleteFrom("certificate_names")
      .where("account_id", "=", DEFAULT_ACCOUNT)
      .where("owner_id", "=", this.#ownerId)
      .where("key_id", "in", named)
      .execute();
  }
}

/** Frees the names of all keys of the account. */
export async function releaseAllNames(db: Transaction, ownerId: string): Promise<void> {
  await db
    .deleteFrom("certificate_names")
    .where("account_id", "=", DEFAULT_ACCOUNT)
    .where("owner_id", "=", ownerId)
    .execute();
}

/** Which keys have one of the names. */
export async function findNamedKeys(
  db: Queryable,
  names: readonly string[],
): Promise<Array<{ accountId: string; keyId: string }>> {
  const rows = await db
    .selectFrom("certificate_names")
    .select(["owner_id", "key_id"])
    .distinct()
    .where("account_id", "=", DEFAULT_ACCOUNT)
    .where("name", "in", names)
    .execute();
  return rows.map((row) => ({ accountId: row.owner_id, keyId: row.key_id }));
}
