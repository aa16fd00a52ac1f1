import { Command, Option } from "commander";
import { flagOf, SETTINGS } from "../../config/settings.ts";
import type { Environment } from "../options/connection.ts";

/** `roster serve`. Each setting has a flag, which wins over the environment. */
export function serveCommand(env: Environment): Command {
  const command = new Command("serve").description("Run a server until SIGTERM or SIGINT.");
  const settings = Object.values(SETTINGS).map(({ variable, fallback, description }) => {
    const details = [`env: ${variable}`, ...(fallback === "" ? [] : [`default: ${fallback}`])].join(", ");
    const option = new Option(`${flagOf(variable)} <value>`, `${description} (${details})`);
    command.addOption(option);
    return { variable, optionName: option.attributeName() };
  });
  return command.action(async (options: Readonly<Record<string, string>>) => {
    const flags = settings.flatMap(({ variable, optionName }) => {
      const value = options[optionName];
      return value === undefined ? [] : [[variable, value] as const];
    });
    // The whole server: the other commands need not wait for it to load.
    const { serve } = await import("./serve.ts");
    return serve({ ...env, ...Object.fromEntries(flags) });
  });
}
