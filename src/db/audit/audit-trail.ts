import type { AuditedChange, AuditedRefusal } from "../../directory/audit/entry.ts";
import type { Origin } from "../../directory/store/store.ts";
import type { Micros } from "../../directory/values/clock.ts";
import type { AuditRow } from "./audit-row.ts";

/** The account whose log it is, and how far that has come. */
interface AuditLog {
  readonly id: string;
  readonly auditSequence: number;
}

/** What one transaction tells the audit log of one account. */
export class AuditTrail {
  readonly #accountId: string;
  readonly #origin: Origin;
  readonly #time: Micros;
  readonly #pseudonyms = new Map<string, string>();
  #rows: AuditRow[] = [];
  #sequence: number;

  constructor({ id, auditSequence }: AuditLog, origin: Origin, time: Micros) {
    this.#accountId = id;
    this.#sequence = auditSequence;
    this.#origin = origin;
    this.#time = time;
  }

  /** Of the log's last entry once the transaction has committed. */
  get sequence(): number {
    return this.#sequence;
  }

  record(change: AuditedChange): void {
    this.#add(change, {
      outcome: "DONE",
      action: change.action,
      changed_fields: JSON.stringify(change.changedFields ?? []),
      count: change.count ?? 1,
      refusal: null,
    });
  }

  noteRefusal(refused: AuditedRefusal): void {
    const { count, refusal } = refused;
    this.#add(refused, { outcome: "REFUSED", action: null, changed_fields: "[]", count, refusal });
  }

  /** From now on the user, who may be the caller, has this name. */
  rename(userId: string, pseudonym: string): void {
    this.#pseudonyms.set(userId, pseudonym);
  }

  /** What is to be inserted since this was last asked. */
  take(): readonly AuditRow[] {
    const rows = this.#rows;
    this.#rows = [];
    return rows;
  }

  #add(
    about: Pick<AuditedRefusal, "resource" | "resourceId" | "userId">,
    row: Pick<AuditRow, "outcome" | "action" | "changed_fields" | "count" | "refusal">,
  ): void {
    this.#sequence += 1;
    this.#rows.push({
      account_id: this.#accountId,
      sequence: this.#sequence,
      time: this.#time,
      ...this.#callerOf(about),
      resource: about.resource,
      resource_id: about.resourceId,
      user_id: about.userId,
      ...row,
    });
  }

  #callerOf({ userId }: Pick<AuditedChange, "userId">) {
    const { source, apiKeyId, requestId } = this.#origin;
    if (source === undefined) {
      return { ...NOBODY, api_key_id: apiKeyId, request_id: requestId };
    }
    const { accountId, token, method, address } = source;
    const isOwn = accountId === this.#accountId;
    // Whoever is no user yet is the one that is made.
    const callerId = source.userId ?? userId;
    const pseudonym = isOwn && callerId !== null ? this.#pseudonyms.get(callerId) : undefined;
    const caller = {
      ...NOBODY,
      method: method || null,
      caller_account_id: isOwn ? null : accountId,
      caller_user_id: pseudonym ?? callerId,
      api_key_id: apiKeyId,
      token_issuer: token?.issuer ?? null,
    };
    return pseudonym === undefined
      ? { ...caller, token_subject: token?.subject ?? null, address: address || null, request_id: requestId }
      : caller;
  }
}

/** The server itself. */
const NOBODY = {
  method: null,
  caller_account_id: null,
  caller_user_id: null,
  api_key_id: null,
  token_issuer: null,
  token_subject: null,
  address: null,
  request_id: null,
};
