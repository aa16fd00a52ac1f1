import { ConfigError } from "../../src/config/error.ts";
import { loadConfig } from "../../src/config/load.ts";

/** What is wrong with the settings, line by line. */
export function problemsOf(env: Record<string, string>): string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.message.split("\n");
    }
    throw error;
  }
  return [];
}
