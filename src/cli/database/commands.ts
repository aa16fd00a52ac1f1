import { Argument, Command, Option } from "commander";
import { SETTINGS, variablesOf } from "../../config/settings.ts";
import type { Environment } from "../options/connection.ts";
import { databaseUrlOf } from "../options/database-url.ts";
import type { MigrateOptions } from "./migrate.ts";

const places = SETTINGS.indexedMetadata.variable;

/** The commands that work on a database itself, not through a server. Each loads the databases only when it runs. */
export function databaseCommands(env: Environment): Command[] {
  return [migrateCommand(env), backupCommand(env), copyCommand(), verifyCommand(env)];
}

function migrateCommand(env: Environment): Command {
  return onDatabase(new Command("migrate").description("Bring the database up to date; a server does so when it starts."))
    .option("--check", "only say what is pending; exit code 1 if anything is")
    .option("--citus", "also spread the tables over a Citus cluster by account")
    .option("--indexed-metadata <places>", `also make these indexes and drop others (env: ${places})`, env[places])
    .action(async ({ databaseUrl, ...options }: MigrateOptions & DatabaseOption) => {
      const { migrate } = await import("./migrate.ts");
      await migrate(databaseUrlOf(env, databaseUrl), options);
    });
}

function backupCommand(env: Environment): Command {
  return onDatabase(new Command("backup").description("Copy the embedded database to a new file, while servers run."))
    .argument("<file>", "the file to write; it must not exist")
    .action(async (file: string, { databaseUrl }: DatabaseOption) => {
      const { backUp } = await import("./backup.ts");
      backUp(databaseUrlOf(env, databaseUrl), file);
    });
}

function copyCommand(): Command {
  return new Command("copy")
    .description("Copy a directory, history and keys included, into an empty database. Goes on after a break; verifies.")
    .addArgument(
      new Argument("<from>", "the database to read: sqlite:PATH or postgres://…; no server may write it meanwhile"),
    )
    .addArgument(new Argument("<to>", "the database to fill"))
    .action(async (from: string, to: string) => {
      const { copy } = await import("./copy.ts");
      await copy(from, to);
    });
}

function verifyCommand(env: Environment): Command {
  return onDatabase(
    new Command("verify").description("Check every invariant of the database, at one moment, while servers run."),
  )
    .addHelpText("after", "\nWrites nothing. Exit code 1: something is wrong; it says what.")
    .action(async ({ databaseUrl }: DatabaseOption) => {
      const { verify } = await import("./verify.ts");
      await verify(databaseUrlOf(env, databaseUrl));
    });
}

interface DatabaseOption {
  readonly databaseUrl?: string;
}

function onDatabase(command: Command): Command {
  const { databaseUrl } = SETTINGS;
  const details = `(env: ${variablesOf(databaseUrl).join(" or ")}, default: ${databaseUrl.fallback})`;
  return command.addOption(new Option("--database-url <url>", `sqlite:PATH or postgres://… ${details}`));
}
