import { chmodSync, linkSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { secretKeyId } from "../directory/keys/api-key.ts";

/** Where the first ADMIN key is kept: beside the embedded database. Undefined for a database elsewhere. */
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
 * Keeps the secret in the file, readable by its owner alone, unless another process was first and `replace` is not set.
 * Returns the one that is in the file now. It is on the disk before the key is in the database, so that a crash in between
 * can't lose it.
 */
export function keepAdminKey(path: string, secret: string, { replace }: { readonly replace: boolean }): string {
  const folder = mkdtempSync(join(dirname(path), ".admin-key-"));
  try {
    const draft = join(folder, "admin.key");
    writeFileSync(draft, `${secret}\n`, { mode: 0o600, flush: true });
    (replace ? renameSync : linkSync)(draft, path);
    chmodSync(path, 0o600);
    return secret;
  } catch (error) {
    const kept = readAdminKey(path);
    if (kept === undefined) {
      throw error;
    }
    return kept;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
