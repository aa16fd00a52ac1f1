import type { JsonObject } from "@bufbuild/protobuf";
import type { Account } from "../../api/schema.ts";
import { metadataProblem, parseObject } from "../../users/form/draft.ts";

/** An account as it stands in a form. */
export interface AccountDraft {
  readonly name: string;
  readonly slug: string;
  /** JSON. */
  readonly metadata: string;
  /** A place a line. */
  readonly selfWritable: string;
  /** JSON. Empty: there is none. */
  readonly schema: string;
}

/** The names that update masks have for the fields of a draft. */
const PATHS: Readonly<Record<keyof AccountDraft, string>> = {
  name: "name",
  slug: "slug",
  metadata: "metadata",
  selfWritable: "self_writable",
  schema: "metadata_schema",
};

export const EMPTY_ACCOUNT: AccountDraft = { name: "", slug: "", metadata: "{}", selfWritable: "", schema: "" };

export function toAccountDraft(account: Account): AccountDraft {
  return {
    name: account.name ?? "",
    slug: account.slug ?? "",
    metadata: JSON.stringify(account.metadata ?? {}, undefined, 2),
    selfWritable: account.selfWritable.join("\n"),
    schema: account.metadataSchema === undefined ? "" : JSON.stringify(account.metadataSchema, undefined, 2),
  };
}

interface AccountValues {
  readonly name: string;
  readonly slug?: string;
  readonly metadata: JsonObject;
  readonly selfWritable: string[];
  readonly metadataSchema?: JsonObject;
}

/** What a draft says. Throws a SyntaxError if its JSON is none. */
export function accountValues({ name, slug, metadata, selfWritable, schema }: AccountDraft): AccountValues {
  return {
    name,
    ...(slug !== "" && { slug }),
    metadata: parseObject(metadata),
    selfWritable: lines(selfWritable),
    ...(schema.trim() !== "" && { metadataSchema: parseObject(schema) }),
  };
}

/** The fields that differ, by their names in update masks. */
export function changedAccountPaths(before: AccountDraft, after: AccountDraft): string[] {
  const names = Object.keys(PATHS) as Array<keyof AccountDraft>;
  return names.filter((name) => before[name] !== after[name]).map((name) => PATHS[name]);
}

/** Whether the server can be asked: its JSON is such. */
export function isWhole({ metadata, schema }: AccountDraft): boolean {
  return metadataProblem(metadata) === undefined && metadataProblem(schema) === undefined;
}

export function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
