import { etagMismatch, invalidFields, metadataRuleBroken, RosterError, taken } from "../errors.ts";
import type { AccountTransaction } from "../store/account-view.ts";
import { checkDisplayName } from "../values/display-name.ts";
import type { JsonObject } from "../values/json.ts";
import { metadataProblem } from "../values/metadata.ts";
import { type Account, type AccountStatus, accountEtag, changedAccountFields, DEFAULT_ACCOUNT, slugOf } from "./account.ts";
import { checkMetadataSchema } from "./metadata-rules.ts";
import { finishSurvey, type MetadataSurvey } from "./metadata-survey.ts";

/** What callers decide about an account; absent values stay. */
export interface AccountInput {
  readonly name?: string;
  readonly slug?: string;
  readonly metadata?: JsonObject;
  readonly selfWritable?: readonly string[];
  /** Null: none. */
  readonly metadataSchema?: JsonObject | null;
}

/** The same, checked: what is stored. */
interface AccountValues extends Omit<AccountInput, "metadataSchema"> {
  readonly metadataSchema?: string | null;
}

export interface UpdateAccountOptions {
  readonly etag: string;
  /** Sets a `metadataSchema` that users break, too. */
  readonly force?: boolean;
  /** By the given `metadataSchema`: whoever sets one has asked before. */
  readonly survey?: MetadataSurvey | undefined;
}

/**
 * Creates an account, in a transaction of the account of whoever asks. Throws SLUG_TAKEN; a slug that is derived from the name
 * gives way to one that is derived from the id.
 */
export async function createAccount(
  tx: AccountTransaction,
  input: AccountInput & { readonly name: string },
): Promise<Account> {
  const id = tx.newId("A");
  const { slug, metadata = {}, ...values } = await checkAccount(tx, input);
  const name = checkDisplayName(input.name, "account.name");
  const candidates = slug === undefined ? [slugOf(name, id), id.toLowerCase()] : [slug];
  for (const candidate of candidates) {
    const account = await tx.insertAccount({ ...values, id, name, slug: candidate, metadata });
    if (account !== undefined) {
      return account;
    }
  }
  throw taken("SLUG_TAKEN", candidates[0] ?? "");
}

/**
 * Changes the account's own record; nothing at all if the values are what they were. Tells how many users break the given
 * `metadataSchema`. Throws SLUG_TAKEN, ETAG_MISMATCH, METADATA_RULE_BROKEN.
 */
export async function updateAccount(
  tx: AccountTransaction,
  input: AccountInput,
  { etag, force = false, survey }: UpdateAccountOptions,
): Promise<{ account: Account; violations: number }> {
  const values = await checkAccount(tx, input);
  assertAccountEtag(tx.account, etag);
  const broken = values.metadataSchema && survey ? await finish(tx, survey, values.metadataSchema) : NOBODY;
  if (broken.count > 0 && !force && values.metadataSchema !== tx.account.metadataSchema) {
    throw metadataRuleBroken(broken);
  }
  return { account: await update(tx, values), violations: broken.count };
}

const NOBODY: Pick<MetadataSurvey, "count"> = { count: 0 };

async function finish(tx: AccountTransaction, survey: MetadataSurvey, schema: string): Promise<MetadataSurvey> {
  return finishSurvey(tx, survey, await tx.metadataRules.ruleOf(schema));
}

async function update(tx: AccountTransaction, values: AccountValues): Promise<Account> {
  const after: Account = { ...tx.account, ...values };
  return changedAccountFields(tx.account, after).length === 0 ? tx.account : save(tx, after);
}

/** Lets the account's keys work, or not. Throws ETAG_MISMATCH, DEFAULT_ACCOUNT, LAST_SUPER_ADMIN. */
export async function setAccountStatus(tx: AccountTransaction, status: AccountStatus, etag: string): Promise<Account> {
  assertAccountEtag(tx.account, etag);
  if (status === tx.account.status) {
    return tx.account;
  }
  if (status === "SUSPENDED") {
    await assertDispensable(tx);
  }
  return save(tx, { ...tx.account, status });
}

/** Erases the account and, with `force`, all it owns. Throws ETAG_MISMATCH, DEFAULT_ACCOUNT, ACCOUNT_NOT_EMPTY, LAST_SUPER_ADMIN. */
export async function deleteAccount(tx: AccountTransaction, etag: string, force: boolean): Promise<void> {
  assertAccountEtag(tx.account, etag);
  await assertDispensable(tx);
  if (!force && (await tx.users.listAt(tx.account.revision, "", 1)).length > 0) {
    throw new RosterError("ACCOUNT_NOT_EMPTY", "the account has users; `force` erases them, too");
  }
  await tx.eraseAccount();
}

async function checkAccount(
  { metadataRules }: Pick<AccountTransaction, "metadataRules">,
  { name, slug, metadata, selfWritable, metadataSchema }: AccountInput,
): Promise<AccountValues> {
  const problem = metadata && metadataProblem(metadata);
  if (problem !== undefined) {
    throw invalidFields([{ field: "account.metadata", description: problem }]);
  }
  return {
    ...(name !== undefined && { name: checkDisplayName(name, "account.name") }),
    ...(slug !== undefined && { slug }),
    ...(metadata !== undefined && { metadata }),
    ...(selfWritable !== undefined && { selfWritable }),
    ...(metadataSchema !== undefined && {
      metadataSchema: metadataSchema && (await checkMetadataSchema(metadataRules, metadataSchema)),
    }),
  };
}

async function save(tx: AccountTransaction, after: Account): Promise<Account> {
  return tx.updateAccount({ ...after, updateTime: tx.now(), version: after.version + 1 });
}

/** An empty etag is none. Throws ETAG_MISMATCH. */
export function assertAccountEtag(account: Account, etag: string): void {
  if (etag !== "" && etag !== accountEtag(account)) {
    throw etagMismatch("Account", accountEtag(account));
  }
}

/** Throws DEFAULT_ACCOUNT, or LAST_SUPER_ADMIN if without this account nobody could act on all accounts. */
async function assertDispensable(tx: AccountTransaction): Promise<void> {
  if (tx.account.id === DEFAULT_ACCOUNT) {
    throw new RosterError("DEFAULT_ACCOUNT", `the account ${DEFAULT_ACCOUNT} can't be suspended or deleted`);
  }
  if ((await tx.countActiveSuperAdmins({ elsewhere: true })) === 0) {
    throw new RosterError("LAST_SUPER_ADMIN", "no active super admin would be left");
  }
}
