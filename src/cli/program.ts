import { Command, Option } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { flagOf, SETTINGS } from "../config.ts";
import { accountsCommand } from "./accounts.ts";
import type { Environment } from "./connection.ts";
import { databaseCommands } from "./database/commands.ts";
import { exportCommand } from "./export/export.ts";
import { importCommand } from "./import/import.ts";
import { keysCommand } from "./keys.ts";
import { sessionsCommand } from "./sessions.ts";
import { watchCommand } from "./watch.ts";

/** The command line. Flags go before the environment. Throws a CommanderError for anything that is not understood. */
export function createProgram(env: Environment): Command {
  const program = new Command("roster")
    .description("Roster, the user directory that services call.")
    .version(manifest.version)
    .showHelpAfterError("(--help says more)")
    .exitOverride();
  const commands = [
    serveCommand(env),
    importCommand(env),
    exportCommand(env),
    watchCommand(env),
    accountsCommand(env),
    keysCommand(env),
    sessionsCommand(env),
    ...databaseCommands(env),
  ];
  for (const command of commands) {
    addTo(program, command);
  }
  return program;
}

/** `addCommand` alone would let the command end the process by itself, with another exit code. */
function addTo(parent: Command, command: Command): void {
  if (!parent.commands.includes(command)) {
    parent.addCommand(command);
  }
  command.copyInheritedSettings(parent);
  for (const child of command.commands) {
    addTo(command, child);
  }
}

function serveCommand(env: Environment): Command {
  const command = new Command("serve").description("Run a server until SIGTERM or SIGINT.");
  for (const { variable, fallback, description } of Object.values(SETTINGS)) {
    const details = [`env: ${variable}`, ...(fallback === "" ? [] : [`default: ${fallback}`])].join(", ");
    command.addOption(new Option(`${flagOf(variable)} <value>`, `${description} (${details})`));
  }
  return command.action(async (options: Readonly<Record<string, string>>) => {
    const flags = command.options.flatMap((option) => {
      const value = options[option.attributeName()];
      return value === undefined ? [] : [[variableOf(option.long ?? ""), value] as const];
    });
    // The whole server: the other commands need not wait for it to load.
    const { serve } = await import("./serve/serve.ts");
    return serve({ ...env, ...Object.fromEntries(flags) });
  });
}

function variableOf(flag: string): string {
  return `ROSTER_${flag.replace(/^--/, "").toUpperCase().replaceAll("-", "_")}`;
}
