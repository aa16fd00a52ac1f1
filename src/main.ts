import { CommanderError } from "commander";
import { createProgram } from "./cli/program.ts";
import { ConfigError } from "./config.ts";
import { DatabaseTooNew } from "./db/index.ts";

const USAGE_EXIT_CODE = 2;

try {
  await createProgram(process.env).parseAsync(process.argv);
} catch (error) {
  process.exitCode = report(error);
}

/** Says what went wrong, and returns the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? 0 : USAGE_EXIT_CODE;
  }
  const expected = error instanceof ConfigError || error instanceof DatabaseTooNew;
  process.stderr.write(
    `roster: ${expected || !(error instanceof Error) ? message(error) : (error.stack ?? error.message)}\n`,
  );
  return error instanceof ConfigError ? USAGE_EXIT_CODE : 1;
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
