import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { SETTINGS, variablesOf } from "../../config/settings.ts";
import type { Environment } from "../options/connection.ts";
import { databaseUrlOf } from "../options/database-url.ts";
import { parseMillisOption } from "../options/times.ts";
import type { BackupOptions } from "./backup.ts";
import type { MigrateOptions } from "./migrate.ts";
import type { RestoreOptions } from "./restore.ts";

const places = SETTINGS.indexedMetadata.variable;

/** The commands that work on a database itself, not through a server. Each loads the databases only when it runs. */
export function databaseCommands(env: Environment): Command[] {
  return [migrateCommand(env), backupCommand(env), restoreCommand(env), copyCommand(), verifyCommand(env)];
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
  return onDatabase(
    new Command("backup").description("Copy the database, of either engine, to a new SQLite file, while servers run."),
  )
    .argument("<place>", "the file to write, which must not exist; with --every a folder")
    .option("--every <duration>", "go on, with a backup each 30m, 1h, 1d, …", parseMillisOption)
    .option("--keep <count>", "of those the newest, by default 24; others are removed", parseCountOption)
    .option("--no-verify", "only check the copy's pages, and not every invariant, which takes longer")
    .addHelpText("after", "\nExit code 1 and a file: the copy was made, and is not what roster verify wants.")
    .action(async (place: string, { databaseUrl, ...options }: BackupOptions & DatabaseOption) => {
      const { backUp } = await import("./backup.ts");
      await backUp(databaseUrlOf(env, databaseUrl), place, options);
    });
}

function restoreCommand(env: Environment): Command {
  return onDatabase(
    new Command("restore").description(
      "Put a backup where there is no directory yet: it is checked, and overwrites nothing.",
    ),
  )
    .argument("<file>", "the backup; it stays as it is")
    .option("--force", "restore also what breaks an invariant")
    .action(async (file: string, { databaseUrl, ...options }: RestoreOptions & DatabaseOption) => {
      const { restore } = await import("./restore.ts");
      await restore(file, databaseUrlOf(env, databaseUrl), options);
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

function parseCountOption(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) {
    throw new InvalidArgumentError("It must be a whole number from 1 on.");
  }
  return Number(text);
}

interface DatabaseOption {
  readonly databaseUrl?: string;
}

function onDatabase(command: Command): Command {
  const { databaseUrl } = SETTINGS;
  const details = `(env: ${variablesOf(databaseUrl).join(" or ")}, default: ${databaseUrl.fallback})`;
  return command.addOption(new Option("--database-url <url>", `sqlite:PATH or postgres://… ${details}`));
}
