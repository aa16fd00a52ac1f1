import { createHash } from "node:crypto";
import { type Clock, DAY } from "../directory/clock.ts";
import { RosterError } from "../directory/errors.ts";
import type { ExportPosition } from "../directory/export.ts";
import { canonicalJson, type JsonValue } from "../directory/json.ts";
import type { PageStart } from "../directory/list.ts";
import type { Sealer } from "../directory/token.ts";

/** What a token may be used with: the parts of the request that must be the same again. */
type Binding = { readonly [part: string]: JsonValue };

/** The tokens that callers carry from one call to the next. They grant nothing. */
export interface Tokens {
  sealPage(binding: Binding, start: PageStart): string;
  openPage(binding: Binding, token: string): PageStart;
  sealResume(binding: Binding, position: ExportPosition): string;
  openResume(binding: Binding, token: string): ExportPosition;
  /** Marks a revision in an account's history. */
  sealChange(accountId: string, revision: number): string;
}

const PAGE_TOKEN_LIFE = 3 * DAY;

interface Claims<T> {
  readonly kind: "page" | "resume" | "change";
  /** Digest of the binding, so that tokens stay short. */
  readonly binding: string;
  /** Micros; null: for ever. */
  readonly expires: number | null;
  readonly value: T;
}

export function createTokens(sealer: Sealer, now: Clock): Tokens {
  const seal = <T>(claims: Claims<T>) => sealer.seal(claims);

  function open<T>(kind: "page" | "resume", binding: Binding, token: string): T {
    const prefix = kind === "page" ? "PAGE_TOKEN" : "RESUME_TOKEN";
    // Only what this file has sealed opens, so the shape is known.
    const claims = sealer.open(token) as Claims<T> | undefined;
    if (claims === undefined) {
      throw new RosterError(`${prefix}_INVALID`, `the ${kind} token is not one that this directory has given`);
    }
    if (claims.kind !== kind || claims.binding !== digestOf(binding)) {
      throw new RosterError(
        `${prefix}_MISMATCH`,
        `the ${kind} token belongs to another request: its ${Object.keys(binding).join(", ")} must be the same`,
      );
    }
    if (claims.expires !== null && claims.expires <= now()) {
      throw new RosterError(`${prefix}_EXPIRED`, `the ${kind} token has expired; begin again`);
    }
    return claims.value;
  }

  return {
    sealPage: (binding, value) =>
      seal({ kind: "page", binding: digestOf(binding), expires: now() + PAGE_TOKEN_LIFE, value }),
    openPage: (binding, token) => open("page", binding, token),
    sealResume: (binding, value) => seal({ kind: "resume", binding: digestOf(binding), expires: null, value }),
    openResume: (binding, token) => open("resume", binding, token),
    sealChange: (accountId, revision) =>
      seal({ kind: "change", binding: digestOf({ account_id: accountId }), expires: null, value: revision }),
  };
}

function digestOf(binding: Binding): string {
  return createHash("sha256").update(canonicalJson(binding)).digest("base64url").slice(0, 22);
}
