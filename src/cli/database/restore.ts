import { restoreDatabase } from "../../db/maintenance/restore.ts";
import { userEncoder } from "../../rpc/users/user-encoder.ts";
import { assertVerified } from "./verify.ts";

export interface RestoreOptions {
  /** Restores also what breaks an invariant. */
  readonly force?: true;
}

/** Puts a backup where there is no directory yet, after it was checked. */
export async function restore(file: string, databaseUrl: string, { force }: RestoreOptions): Promise<void> {
  const { verification, migrated } = await restoreDatabase(file, databaseUrl, {
    encoder: userEncoder,
    assertAcceptable: (found) => force || assertVerified(found, file),
  });
  const { accounts, users, changes } = verification.rows;
  if (migrated.length > 0) process.stdout.write(`brought up to date: ${migrated.join(", ")}\n`);
  process.stdout.write(`restored: ${accounts} accounts, ${users} users, ${changes} changes\n`);
  process.stdout.write("note: consumers that are ahead of this backup start again with an export\n");
}
