import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import type { Environment } from "../../config/environment.ts";
import { messageOf, systemCode } from "../../directory/values/cause.ts";
import { UsageError } from "../errors.ts";
import { suggestion } from "../suggest.ts";
import { checkProfileName, type Profile, parseProfile } from "./profile.ts";

const SUFFIX = ".json";

/**
 * The profiles of a person, a file each, so that two commands at a time never lose one: `profiles/NAME.json` in the XDG config folder,
 * and the name of the one in use beside them. Only their owner may read them.
 */
export class ProfileStore {
  readonly #folder: string;

  constructor(env: Environment) {
    // The XDG Base Directory Specification: paths that are not absolute are to be ignored.
    const given = env["XDG_CONFIG_HOME"] ?? "";
    this.#folder = join(isAbsolute(given) ? given : join(env["HOME"] || homedir(), ".config"), "roster");
  }

  /** By name, sorted. */
  list(): string[] {
    const files = unlessMissing(() => readdirSync(join(this.#folder, "profiles"))) ?? [];
    return files
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => file.slice(0, -SUFFIX.length))
      .sort();
  }

  has(name: string): boolean {
    return unlessMissing(() => statSync(this.pathOf(name))) !== undefined;
  }

  /** Throws a UsageError if there is none, if it is broken, or if others can read it. */
  get(name: string): Profile {
    const path = this.pathOf(name);
    const text = unlessMissing(() => readFileSync(path, "utf8"));
    if (text === undefined) {
      const names = this.list();
      const advice = suggestion(name, names) || `; there ${names.length === 0 ? "is none" : `are ${names.join(", ")}`}`;
      throw new UsageError(
        `there is no profile ${name}${advice}\nnext: \`roster profile add ${name} --server URL\` makes it`,
      );
    }
    assertPrivate(path);
    return parseProfile(text, path);
  }

  put(name: string, profile: Profile): void {
    this.#write(this.pathOf(name), `${JSON.stringify(profile, undefined, 2)}\n`);
  }

  remove(name: string): void {
    rmSync(this.pathOf(name));
    if (this.used() === name) {
      this.use(undefined);
    }
  }

  /** The name of the profile in use, if there is one. */
  used(): string | undefined {
    return unlessMissing(() => readFileSync(this.#usedPath, "utf8"))?.trim() || undefined;
  }

  use(name: string | undefined): void {
    if (name === undefined) {
      rmSync(this.#usedPath, { force: true });
    } else {
      this.#write(this.#usedPath, `${name}\n`);
    }
  }

  pathOf(name: string): string {
    return join(this.#folder, "profiles", `${checkProfileName(name)}${SUFFIX}`);
  }

  get #usedPath(): string {
    return join(this.#folder, "profile");
  }

  /** All or nothing: under another name first, which nobody else may read, then in place of what was there. */
  #write(path: string, text: string): void {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      chmodSync(this.#folder, 0o700);
      const drafts = mkdtempSync(join(this.#folder, ".draft-"));
      try {
        const draft = join(drafts, "draft");
        writeFileSync(draft, text, { mode: 0o600, flush: true });
        renameSync(draft, path);
      } finally {
        rmSync(drafts, { recursive: true, force: true });
      }
    } catch (error) {
      throw systemCode(error) === undefined ? error : new UsageError(`can't write ${path}: ${systemCode(error)}`);
    }
  }
}

/** Where files have owners. Throws a UsageError if others can read the file. */
function assertPrivate(path: string): void {
  if (process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0) {
    throw new UsageError(
      `others can read ${path}, which may have a key in it\nnext: chmod 600 ${path}; and if they may have read it, rotate the key`,
    );
  }
}

/** Undefined if there is no such file. Throws a UsageError if it can't be read. */
function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") {
      return undefined;
    }
    throw code === undefined ? error : new UsageError(`can't read the profiles: ${messageOf(error)}`);
  }
}
