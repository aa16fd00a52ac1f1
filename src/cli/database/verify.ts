import { type Verification, verifyDatabase } from "../../db/verify/verify-database.ts";
import { userEncoder } from "../../rpc/users/user-encoder.ts";
import { CommandError } from "../errors.ts";

/** Checks every invariant of a database, and says what does not hold. */
export async function verify(databaseUrl: string): Promise<void> {
  const verification = await verifyDatabase(databaseUrl, userEncoder);
  for (const [table, rows] of Object.entries(verification.rows)) {
    process.stdout.write(`${table}: ${rows} rows\n`);
  }
  for (const note of verification.notes) process.stdout.write(`note: ${note}\n`);
  assertVerified(verification);
  process.stdout.write("verified: every invariant holds\n");
}

/** Throws a CommandError that tells the problems, one to a line. */
export function assertVerified({ problems, problemCount }: Verification, what = "the database"): void {
  if (problemCount === 0) {
    return;
  }
  const lines = problems.map(
    ({ rule, accountId, what }) => `${rule}: ${accountId === null ? "" : `account ${accountId}: `}${what}\n`,
  );
  const more = problemCount - problems.length;
  if (more > 0) lines.push(`and ${more} more\n`);
  throw new CommandError(
    `${what} breaks invariants:\n${lines.join("")}next: see docs/operations.md#verify (problems: ${problemCount})`,
  );
}
