import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { BrokenPromise, PROMISES } from "../broken-promise.ts";

/** `roster verify`: every invariant of the database. */
export async function verify(command: string, databaseUrl: string): Promise<void> {
  try {
    await promisify(execFile)(command, ["verify"], { env: { ...process.env, ROSTER_DATABASE_URL: databaseUrl } });
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
    throw new BrokenPromise(PROMISES.invariants, "roster verify finds problems", said.split("\n"));
  }
}
