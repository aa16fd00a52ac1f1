import type { Micros } from "../values/clock.ts";
import { differences } from "../values/differences.ts";
import type { JsonObject } from "../values/json.ts";

export type AccountStatus = "ACTIVE" | "SUSPENDED";

/** The account that exists from the first start on. What belongs to no single account (secrets, slugs) is kept with it. */
export const DEFAULT_ACCOUNT = "default";

/** In requests: every account. Never the id of one. */
export const ALL_ACCOUNTS = "-";

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly status: AccountStatus;
  readonly metadata: JsonObject;
  /** Places in users' metadata that callers with the role SELF may change: keys joined by dots. */
  readonly selfWritable: readonly string[];
  /** What the metadata of users must keep to: a JSON Schema as canonical JSON. Null: nothing. */
  readonly metadataSchema: string | null;
  readonly createTime: Micros;
  readonly updateTime: Micros;
  /** 1 at create, +1 with each change of the account's own record. */
  readonly version: number;
  /** +1 per committed transaction that changes the account's users, in commit order. 0: none yet. */
  readonly revision: number;
  /** The history holds every change after this revision. */
  readonly historyFloor: number;
  /** Of the last entry of the audit log; 0: there was none yet. */
  readonly auditSequence: number;
}

export type NewAccount = Pick<Account, "id" | "name" | "slug" | "metadata"> &
  Partial<Pick<Account, "selfWritable" | "metadataSchema">>;

/** The fields, by their names in the schema, that differ. */
export function changedAccountFields(before: Account, after: Account): string[] {
  return differences(before, after, FIELD_NAMES);
}

const FIELD_NAMES: { readonly [K in Exclude<keyof NewAccount, "id"> | "status"]: string } = {
  name: "name",
  slug: "slug",
  status: "status",
  metadata: "metadata",
  selfWritable: "self_writable",
  metadataSchema: "metadata_schema",
};

/** Strong: differs between any two states of any accounts with one id. Ids are never used twice. */
export function accountEtag({ version }: Account): string {
  return `a${version}`;
}

const SLUG_LENGTH = 50;

/** A slug made of a name: `Acme, Inc.` gives `acme-inc`. `id` is used where the name has too few Latin letters or digits. */
export function slugOf(name: string, id: string): string {
  const words =
    name
      .normalize("NFKD")
      .toLowerCase()
      .replace(/\p{M}/gu, "")
      .match(/[a-z0-9]+/g) ?? [];
  const slug = words.join("-").slice(0, SLUG_LENGTH).replace(/-$/, "");
  return slug.length < 2 ? id.toLowerCase() : slug;
}
