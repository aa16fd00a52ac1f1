import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readShot, type Shot } from "./requests/shot.ts";

const FOLDER = join(import.meta.dirname, "corpus");

/** The requests that have once found something, by the names of their files. */
export function corpus(): Shot[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));
  return files.sort().map((name) => readShot(readFileSync(join(FOLDER, name), "utf8")));
}
