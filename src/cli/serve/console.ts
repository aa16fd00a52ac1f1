import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Config } from "../../config/load.ts";

const HERE = dirname(import.meta.filename);

/** Beside the command; for one that runs from its source, beside the command that was last made of it. */
const FOLDERS = [join(HERE, "console"), join(HERE, "../../../dist/command/console")];

/** Where the console was built. Undefined: it is switched off, or was not built. */
export function consoleFolder({ console }: Pick<Config, "console">): string | undefined {
  return console ? FOLDERS.find((folder) => existsSync(folder)) : undefined;
}
