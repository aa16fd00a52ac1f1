import type { SessionFilter } from "../lists/filter.ts";
import type { OrderTerm } from "../lists/order.ts";
import type { Session } from "../sessions/session.ts";
import type { SessionOrderField } from "../sessions/session-order.ts";
import type { Micros } from "../values/clock.ts";
import type { PageQuery } from "./page-query.ts";

export interface SessionReader {
  /** Open or ended, of a live user. */
  find(id: string): Promise<Session | undefined>;

  /** The open session of the user with that external id. */
  findOpen(userId: string, externalId: string): Promise<Session | undefined>;

  /** Sessions of live users, in the order of the query. */
  list(query: SessionListQuery): Promise<Session[]>;

  /** How many sessions a list of this selection has. MUST stop at `upTo`, if given. */
  count(selection: SessionSelection, upTo?: number): Promise<number>;
}

export interface SessionWriter extends SessionReader {
  /** Whether the id is taken, also by a session of a deleted user. */
  exists(id: string): Promise<boolean>;

  insert(session: Session): Promise<Session>;

  /** Replaces `before` by `after`. */
  update(before: Session, after: Session): Promise<Session>;

  delete(session: Session): Promise<void>;

  /** Ends the open sessions of a user, and returns how many there were. */
  endOpen(userId: string, time: Micros): Promise<number>;

  /**
   * Ends the open sessions of a user before this transaction reads or writes anything else but users, those of many users at once; they
   * may all get the first one's time.
   */
  endOpenLater(userId: string, time: Micros): void;
}

/** Which sessions a list has. */
export interface SessionSelection {
  /** Of one user. Undefined: of all. */
  readonly userId?: string | undefined;
  /** MUST let the same sessions pass as `sessionMatches` of src/filter, on every engine. Undefined: all. */
  readonly filter?: SessionFilter | undefined;
}

/** A page of sessions. */
export interface SessionListQuery extends PageQuery, SessionSelection {
  /** Ends with the id and the account's. */
  readonly order: ReadonlyArray<OrderTerm<SessionOrderField>>;
}
