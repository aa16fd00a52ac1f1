import { Command, Option } from "commander";
import { flagOf, SETTINGS, variablesOf } from "../../config/settings.ts";
import type { Environment } from "../options/connection.ts";

/** `roster serve`. Each setting has a flag, which wins over the environment. */
export function serveCommand(env: Environment): Command {
  const command = new Command("serve").description("Run a server until SIGTERM or SIGINT.");
  const settings = Object.values(SETTINGS).map((setting) => {
    const { variable, fallback, description } = setting;
    const details = [`env: ${variablesOf(setting).join(" or ")}`, ...(fallback === "" ? [] : [`default: ${fallback}`])].join(
      ", ",
    );
    const option = new Option(`${flagOf(variable)} <value>`, `${description} (${details})`);
    command.addOption(option);
    return { setting, optionName: option.attributeName() };
  });
  return command.action(async (options: Readonly<Record<string, string>>) => {
    const flags = settings.flatMap(({ setting, optionName }) => {
      const value = options[optionName];
      return value === undefined ? [] : variablesOf(setting).map((name) => [name, name === setting.variable ? value : ""]);
    });
    // The whole server: the other commands need not wait for it to load.
    const { serve } = await import("./serve.ts");
    return serve({ ...env, ...Object.fromEntries(flags) });
  });
}
