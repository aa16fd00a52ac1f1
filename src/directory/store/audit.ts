import type { AuditEntry } from "../audit/entry.ts";
import type { AuditFilter } from "../lists/filter.ts";
import type { PageQuery } from "./page-query.ts";

/**
 * The audit log of an account. Whatever changes users, sessions, keys or the account MUST leave an entry in the transaction that makes the
 * change; what changes nothing MUST NOT. Sequences MUST have no gap, and rise in the order of the commits.
 */
export interface AuditReader {
  /** A page by sequence. The key of a page has the sequence alone. */
  list(query: AuditListQuery): Promise<AuditEntry[]>;

  /** How many entries a list with this filter has. MUST stop at `upTo`, if given. */
  count(filter: AuditFilter | undefined, upTo?: number): Promise<number>;
}

/** A page of an audit log. */
export interface AuditListQuery extends PageQuery {
  readonly descending: boolean;
  /** MUST let the same entries pass as `auditEntryMatches` of src/filter, on every engine. Undefined: all. */
  readonly filter?: AuditFilter | undefined;
}
