import type { AccountTransaction } from "../../directory/store/account-view.ts";
import type { Erased } from "../../directory/store/users.ts";
import { toTimestamp } from "../wire/time.ts";

export function toReceipt(userId: string, { now }: Pick<AccountTransaction, "now">, erased: Erased) {
  return {
    userId,
    purgeTime: toTimestamp(now()),
    sessionCount: BigInt(erased.sessions),
    apiKeyCount: BigInt(erased.apiKeys),
    changeCount: BigInt(erased.changes),
    responseCount: BigInt(erased.answers),
    auditEntryCount: BigInt(erased.auditEntries),
    auditPseudonym: erased.pseudonym,
  };
}
