import { createHash, randomBytes } from "node:crypto";
import { RosterError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { type Micros, SECOND } from "../values/clock.ts";
import { apiKeyIdOf, type Caller, credentialId } from "./api-key.ts";

const NONCE_LIFE = 60 * SECOND;

/** Gives the caller a value that its key may send once. Only its digest is stored. */
export async function issueNonce(store: Store, caller: Caller): Promise<{ nonce: string; expireTime: Micros }> {
  const nonce = randomBytes(32).toString("base64url");
  const expireTime = await store.write(originOf(caller), async (tx) => {
    const expires = tx.now() + NONCE_LIFE;
    await tx.nonces.insert(credentialId(caller.credential), digestOf(nonce), expires);
    return expires;
  });
  return { nonce, expireTime };
}

/**
 * Uses up the nonce that a mutating call carries, whatever becomes of the call. Throws NONCE_REQUIRED if the key needs one and
 * none came, NONCE_INVALID, NONCE_USED, NONCE_EXPIRED. Of two calls with one nonce, one gets through.
 */
export async function consumeNonce(store: Store, caller: Caller, nonce: string | null): Promise<void> {
  if (nonce === null) {
    if (caller.credential.kind === "key" && caller.credential.key.requireNonce) {
      throw new RosterError("NONCE_REQUIRED", "this key must send a nonce from IssueNonce as `roster-client-nonce`");
    }
    return;
  }
  await store.write(originOf(caller), async (tx) => {
    const found = await tx.nonces.find(credentialId(caller.credential), digestOf(nonce));
    if (found === undefined) {
      throw new RosterError("NONCE_INVALID", "the nonce was not issued to this key");
    }
    if (found.useTime !== null) {
      throw new RosterError("NONCE_USED", "the nonce has been used");
    }
    const now = tx.now();
    if (found.expireTime <= now) {
      throw new RosterError("NONCE_EXPIRED", "the nonce has expired");
    }
    await tx.nonces.markUsed(credentialId(caller.credential), digestOf(nonce), now);
  });
}

function originOf(caller: Caller) {
  return { accountId: caller.accountId, apiKeyId: apiKeyIdOf(caller), requestId: null };
}

function digestOf(nonce: string): Uint8Array {
  return createHash("sha256").update(nonce).digest();
}
