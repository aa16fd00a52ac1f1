import { Command } from "commander";
import type { Environment } from "../options/connection.ts";
import { listCommand } from "./list.ts";
import { watchCommand } from "./watch.ts";

/** `roster audit` */
export function auditCommand(env: Environment): Command {
  return new Command("audit")
    .description("Read the audit log: who did what, when and from where. Needs an ADMIN key.")
    .addCommand(listCommand(env))
    .addCommand(watchCommand(env));
}
