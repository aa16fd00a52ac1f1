import type { MetadataRules } from "../../directory/accounts/metadata-rules.ts";
import type { AccountView } from "../../directory/store/account-view.ts";
import { KyselyAuditReader } from "../audit/audit-reader.ts";
import { KyselyApiKeyWriter } from "../keys/api-key-writer.ts";
import type { Transaction } from "../query/queryable.ts";
import { KyselySessionWriter } from "../sessions/session-writer.ts";
import { KyselyChangeReader } from "../users/change-reader.ts";
import { KyselyUserDataReader } from "../users/data/user-data-reader.ts";
import type { UserPages } from "../users/user-pages.ts";
import { KyselyUserReader } from "../users/user-reader.ts";
import { getAccount } from "./account-statements.ts";

/** The account as a snapshot shows it. Throws ACCOUNT_NOT_FOUND. */
export async function viewAccount(
  snapshot: Transaction,
  id: string,
  pages: UserPages,
  metadataRules: MetadataRules,
): Promise<AccountView> {
  return {
    account: await getAccount(snapshot, id),
    users: new KyselyUserReader(snapshot, id, pages),
    changes: new KyselyChangeReader(snapshot, id),
    apiKeys: new KyselyApiKeyWriter(snapshot, id, pages.dialect.json),
    sessions: new KyselySessionWriter(snapshot, id, pages.dialect.json),
    userData: new KyselyUserDataReader(snapshot, id),
    audit: new KyselyAuditReader(snapshot, id, pages.dialect.json),
    metadataRules,
  };
}
