import { styleText } from "node:util";
import { CommanderError } from "commander";
import { CommandError, UsageError } from "./cli/errors.ts";
import { EXIT_CODES } from "./cli/exit-codes.ts";
import { createProgram } from "./cli/program.ts";
import { ConfigError } from "./config/error.ts";
import { DatabaseProblem } from "./db/problem.ts";
import { RosterError } from "./directory/errors.ts";
import { causeText } from "./directory/values/cause.ts";

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
    return error.exitCode === 0 ? EXIT_CODES.done.code : EXIT_CODES.usage.code;
  }
  const { message, code } = ending(error);
  process.stderr.write(
    `${styleText("red", "roster:", STDERR)} ${message.replace(/^next:/gm, (next) => styleText("cyan", next, STDERR))}\n`,
  );
  return code;
}

const STDERR = { stream: process.stderr };

function ending(error: unknown): { readonly message: string; readonly code: number } {
  if (error instanceof UsageError || error instanceof CommandError) {
    return { message: error.message, code: error.exitCode };
  }
  if (error instanceof ConfigError) {
    return { message: error.message, code: EXIT_CODES.usage.code };
  }
  return {
    message: error instanceof DatabaseProblem ? error.message : describeUnexpected(error),
    code: EXIT_CODES.failed.code,
  };
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
