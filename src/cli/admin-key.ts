import { chmodSync, linkSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { secretKeyId } from "../directory/keys/api-key.ts";

/** The file of the first ADMIN key, beside a SQLite database. Undefined for PostgreSQL. */
export function adminKeyPath(databaseUrl: string): string | undefined {
  return databaseUrl.startsWith("sqlite:") ? join(dirname(databaseUrl.slice("sqlite:".length)), "admin.key") : undefined;
}

/** The secret in the file, or undefined if there is none. */
export function readAdminKey(path: string): string | undefined {
  try {
    const text = readFileSync(path, "utf8").trim();
    return secretKeyId(text) === undefined ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * Writes the secret to the file, readable by its owner alone. If the file has one already it stays, unless `replace` is set. Returns the
 * secret that is in the file now. This comes before the key is in the database, so that a crash in between can't lose it.
 */
export function writeAdminKey(path: string, secret: string, { replace }: { readonly replace: boolean }): string {
  const folder = mkdtempSync(join(dirname(path), ".admin-key-"));
  try {
    const draft = join(folder, "admin.key");
    writeFileSync(draft, `${secret}\n`, { mode: 0o600, flush: true });
    (replace ? renameSync : linkSync)(draft, path);
    chmodSync(path, 0o600);
    return secret;
  } catch (error) {
    const existing = readAdminKey(path);
    if (existing === undefined) {
      throw error;
    }
    return existing;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
