import { CommanderError } from "commander";
import { CommandError, UsageError } from "./cli/errors.ts";
import { createProgram } from "./cli/program.ts";
import { ConfigError } from "./config/error.ts";
import { DatabaseProblem } from "./db/problem.ts";
import { RosterError } from "./directory/errors.ts";
import { causeText } from "./directory/values/cause.ts";

const USAGE_EXIT_CODE = 2;

main();

// A function, because a bundle in CommonJS can't wait at its top.
async function main(): Promise<void> {
  try {
    await createProgram(process.env).parseAsync(process.argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** Says what went wrong, and returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? 0 : USAGE_EXIT_CODE;
  }
  const misused = error instanceof UsageError || error instanceof ConfigError;
  const expected = misused || error instanceof CommandError || error instanceof DatabaseProblem;
  process.stderr.write(`roster: ${expected ? error.message : describeUnexpected(error)}\n`);
  return misused ? USAGE_EXIT_CODE : 1;
}

/** A database may fail at any time; everything else is a defect. */
function describeUnexpected(error: unknown): string {
  return error instanceof RosterError && error.reason === "STORE_UNAVAILABLE"
    ? `${error.message} (${causeText(error)})`
    : describeDefect(error);
}

function describeDefect(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
