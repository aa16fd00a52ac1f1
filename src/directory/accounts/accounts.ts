import { etagMismatch, invalidFields, RosterError, taken } from "../errors.ts";
import type { AccountTransaction } from "../store/account-view.ts";
import { checkDisplayName } from "../values/display-name.ts";
import { canonicalJson, type JsonObject } from "../values/json.ts";
import { metadataProblem } from "../values/metadata.ts";
import { type Account, type AccountStatus, accountEtag, DEFAULT_ACCOUNT, slugOf } from "./account.ts";

/** What callers decide about an account; absent values stay. */
export interface AccountInput {
  readonly name?: string;
  readonly slug?: string;
  readonly metadata?: JsonObject;
  readonly selfWritable?: readonly string[];
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
  const { slug, metadata = {}, selfWritable = [] } = checkAccount(input);
  const name = checkDisplayName(input.name, "account.name");
  const candidates = slug === undefined ? [slugOf(name, id), id.toLowerCase()] : [slug];
  for (const candidate of candidates) {
    const account = await tx.insertAccount({ id, name, slug: candidate, metadata, selfWritable });
    if (account !== undefined) {
      return account;
    }
  }
  throw taken("SLUG_TAKEN", candidates[0] ?? "");
}

/** Changes the account's own record; nothing at all if the values are what they were. Throws SLUG_TAKEN, ETAG_MISMATCH. */
export async function updateAccount(tx: AccountTransaction, input: AccountInput, etag: string): Promise<Account> {
  const values = checkAccount(input);
  assertEtag(tx.account, etag);
  const after: Account = { ...tx.account, ...values };
  const same =
    after.name === tx.account.name &&
    after.slug === tx.account.slug &&
    canonicalJson(after.metadata) === canonicalJson(tx.account.metadata) &&
    canonicalJson(after.selfWritable) === canonicalJson(tx.account.selfWritable);
  return same ? tx.account : save(tx, after);
}

/** Lets the account's keys work, or not. Throws ETAG_MISMATCH, DEFAULT_ACCOUNT, LAST_SUPER_ADMIN. */
export async function setAccountStatus(tx: AccountTransaction, status: AccountStatus, etag: string): Promise<Account> {
  assertEtag(tx.account, etag);
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
  assertEtag(tx.account, etag);
  await assertDispensable(tx);
  if (!force && (await tx.users.listAt(tx.account.revision, "", 1)).length > 0) {
    throw new RosterError("ACCOUNT_NOT_EMPTY", "the account has users; `force` erases them, too");
  }
  await tx.eraseAccount();
}

function checkAccount({ name, slug, metadata, selfWritable }: AccountInput): AccountInput {
  const problem = metadata && metadataProblem(metadata);
  if (problem !== undefined) {
    throw invalidFields([{ field: "account.metadata", description: problem }]);
  }
  return {
    ...(name !== undefined && { name: checkDisplayName(name, "account.name") }),
    ...(slug !== undefined && { slug }),
    ...(metadata !== undefined && { metadata }),
    ...(selfWritable !== undefined && { selfWritable }),
  };
}

async function save(tx: AccountTransaction, after: Account): Promise<Account> {
  return tx.updateAccount({ ...after, updateTime: tx.now(), version: after.version + 1 });
}

function assertEtag(account: Account, etag: string): void {
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
