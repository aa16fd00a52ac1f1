/** One or more settings are wrong. The message names each, its value, and what would be right. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

/** The text, fit to be shown: passwords of URLs and secrets of keys are left out. */
export function withoutSecrets(text: string): string {
  return text
    .replace(/(\w+:\/\/[^:/@]*):.*@/, "$1:***@")
    .replace(/([?&]password=)[^&]*/g, "$1***")
    .replace(/\b(roster_K[0-9A-Z]*_)[\w-]+/g, "$1***");
}
