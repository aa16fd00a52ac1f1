import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

/**
 * Turns claims into text that callers can keep but neither read nor change (AES-256-GCM), and back. Tokens of every server
 * on one database open on every other: the key lives in the database.
 */
export interface Sealer {
  seal(claims: unknown): string;
  /** The claims, or undefined for anything that was not sealed with this key. Never throws. */
  open(token: string): unknown;
}

export const TOKEN_KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** `key` has 32 random bytes. A token is base64url of: nonce, ciphertext of the claims as JSON, tag. */
export function createSealer(key: Uint8Array): Sealer {
  return {
    seal(claims) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      const sealed = [nonce, cipher.update(JSON.stringify(claims), "utf8"), cipher.final(), cipher.getAuthTag()];
      return Buffer.concat(sealed).toString("base64url");
    },
    open(token) {
      const bytes = Buffer.from(token, "base64url");
      // The decoder is lenient: only the one spelling that seal produces counts.
      if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString("base64url") !== token) {
        return undefined;
      }
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, NONCE_BYTES));
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        const claims = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
        return JSON.parse(claims);
      } catch {
        return undefined;
      }
    },
  };
}
