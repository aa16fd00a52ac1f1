import { createHash } from "node:crypto";
import { RosterError } from "../../directory/errors.ts";
import type { PageStart } from "../../directory/lists/list.ts";
import type { ChangePosition } from "../../directory/users/changes.ts";
import type { ExportPosition } from "../../directory/users/export.ts";
import { type Clock, DAY } from "../../directory/values/clock.ts";
import { canonicalJson, type JsonValue } from "../../directory/values/json.ts";
import type { Sealer } from "../../directory/values/sealer.ts";

/** The parts of a request that must be the same when its token comes back. */
export type Binding = { readonly [part: string]: JsonValue };

/** The tokens that callers carry from one call to the next. They grant nothing. */
export interface Tokens {
  sealPage(binding: Binding, start: PageStart, revision?: number): string;
  openPage(binding: Binding, token: string): PageStart;
  /** With which it was sealed; 0: with none, or it was not sealed here. */
  revisionOfPage(token: string): number;
  sealResume(binding: Binding, position: ExportPosition): string;
  openResume(binding: Binding, token: string): ExportPosition;
  /** Marks a position among the changes of an account. */
  sealChange(accountId: string, position: ChangePosition): string;
  openChange(accountId: string, token: string): ChangePosition;
  /** Marks a sequence in the audit log of an account. */
  sealAudit(accountId: string, sequence: number): string;
  openAudit(accountId: string, token: string): number;
}

export const PAGE_TOKEN_LIFE = 3 * DAY;

type Kind = "page" | "resume" | "change";

const PREFIXES = { page: "PAGE_TOKEN", resume: "RESUME_TOKEN", change: "CHANGE_TOKEN" } as const satisfies Record<
  Kind,
  string
>;

interface Claims<T> {
  readonly kind: Kind;
  /** Digest of the binding, so that tokens stay short. */
  readonly binding: string;
  /** Micros; null: for ever. */
  readonly expires: number | null;
  readonly value: T;
  readonly revision?: number | undefined;
}

export function createTokens(sealer: Sealer, now: Clock): Tokens {
  const seal = <T>(claims: Claims<T>) => sealer.seal(claims);

  function open<T>(kind: Kind, binding: Binding, token: string): T {
    const prefix = PREFIXES[kind];
    // Only what was sealed here can be opened, so the shape is known.
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
    sealPage: (binding, value, revision) =>
      seal({ kind: "page", binding: digestOf(binding), expires: now() + PAGE_TOKEN_LIFE, value, revision }),
    openPage: (binding, token) => open("page", binding, token),
    revisionOfPage: (token) => (token === "" ? 0 : ((sealer.open(token) as Claims<unknown> | undefined)?.revision ?? 0)),
    sealResume: (binding, value) => seal({ kind: "resume", binding: digestOf(binding), expires: null, value }),
    openResume: (binding, token) => open("resume", binding, token),
    sealChange: (accountId, value) =>
      seal({ kind: "change", binding: digestOf({ account_id: accountId }), expires: null, value }),
    openChange: (accountId, token) => open("change", { account_id: accountId }, token),
    sealAudit: (accountId, value) =>
      seal({ kind: "resume", binding: digestOf(auditBinding(accountId)), expires: null, value }),
    openAudit: (accountId, token) => open("resume", auditBinding(accountId), token),
  };
}

function auditBinding(accountId: string): Binding {
  return { method: "WatchAuditEntries", account_id: accountId };
}

function digestOf(binding: Binding): string {
  return createHash("sha256").update(canonicalJson(binding)).digest("base64url").slice(0, 22);
}
