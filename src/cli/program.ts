import { Command } from "commander";
import { VERSION } from "../version.ts";
import { auditCommand } from "./audit/command.ts";
import { accountsCommand } from "./commands/accounts.ts";
import { healthCommand } from "./commands/health.ts";
import { keysCommand } from "./commands/keys.ts";
import { sessionsCommand } from "./commands/sessions.ts";
import { watchCommand } from "./commands/watch.ts";
import { whoAmICommand } from "./commands/whoami.ts";
import { completeCommand, completionCommand } from "./completion/command.ts";
import { databaseCommands } from "./database/commands.ts";
import { exportCommand } from "./export/export.ts";
import { importCommand } from "./import/import.ts";
import type { Environment } from "./options/connection.ts";
import { profileCommand } from "./profiles/command.ts";
import { serveCommand } from "./serve/command.ts";
import { usersCommand } from "./users/command.ts";

/** The command line. Flags go before the environment. Throws a CommanderError for anything that is not understood. */
export function createProgram(env: Environment): Command {
  const program = new Command("roster")
    .description("Roster, the user directory that services call.")
    .version(VERSION)
    .showHelpAfterError("(--help says more)")
    .exitOverride();
  const commands = [
    serveCommand(env),
    importCommand(env),
    exportCommand(env),
    watchCommand(env),
    usersCommand(env),
    accountsCommand(env),
    keysCommand(env),
    sessionsCommand(env),
    auditCommand(env),
    profileCommand(env),
    whoAmICommand(env),
    healthCommand(env),
    ...databaseCommands(env),
    completionCommand(),
  ];
  for (const command of commands) {
    addTo(program, command);
  }
  program.addCommand(completeCommand(env, program), { hidden: true });
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
