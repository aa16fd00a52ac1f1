import { Command, Option } from "commander";
import { flagOf, SETTINGS } from "../config.ts";
import { databaseCommands } from "./database-commands.ts";
import { serve } from "./serve.ts";

/** The command line. Flags of `serve` go before the environment. */
export function createProgram(env: Readonly<Record<string, string | undefined>>): Command {
  const program = new Command("roster")
    .description("Roster, the user directory that services call.")
    .showHelpAfterError()
    .exitOverride();
  program.addCommand(serveCommand(env));
  for (const command of databaseCommands(env)) {
    program.addCommand(command);
  }
  return program;
}

function serveCommand(env: Readonly<Record<string, string | undefined>>): Command {
  const command = new Command("serve").description("Run a server until SIGTERM or SIGINT.");
  for (const { variable, fallback, description } of Object.values(SETTINGS)) {
    const details = [`env: ${variable}`, ...(fallback === "" ? [] : [`default: ${fallback}`])].join(", ");
    command.addOption(new Option(`${flagOf(variable)} <value>`, `${description} (${details})`));
  }
  return command.action((options: Readonly<Record<string, string>>) => {
    const flags = command.options.flatMap((option) => {
      const value = options[option.attributeName()];
      return value === undefined ? [] : [[variableOf(option.long ?? ""), value] as const];
    });
    return serve({ ...env, ...Object.fromEntries(flags) });
  });
}

function variableOf(flag: string): string {
  return `ROSTER_${flag.replace(/^--/, "").toUpperCase().replaceAll("-", "_")}`;
}
