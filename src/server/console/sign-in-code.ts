import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** How long a code is good. */
export const CODE_LIFE_MS = 60_000;

/** A code that opens the console signed in: good once, for a minute. Of the code itself only a digest is kept. */
export class SignInCode {
  /** To be shown to whoever may have the secret. */
  readonly code: string;
  readonly #digest: Buffer;
  #secret: string | undefined;

  constructor(secret: string, lifeMs: number = CODE_LIFE_MS) {
    this.code = randomBytes(32).toString("base64url");
    this.#digest = digestOf(this.code);
    this.#secret = secret;
    setTimeout(() => {
      this.#secret = undefined;
    }, lifeMs).unref();
  }

  /** The secret, to the first who has the code in time. */
  redeem(code: string): string | undefined {
    if (!timingSafeEqual(digestOf(code), this.#digest)) {
      return undefined;
    }
    const secret = this.#secret;
    this.#secret = undefined;
    return secret;
  }
}

function digestOf(code: string): Buffer {
  return createHash("sha256").update(code).digest();
}
