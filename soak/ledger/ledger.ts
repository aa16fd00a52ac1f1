import { toJsonString } from "@bufbuild/protobuf";
import { type User, UserSchema } from "../../gen/roster/v1/user_pb.js";
import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import type { Timeline } from "../timeline.ts";
import { type Expectation, meets, UserRecord } from "./user-record.ts";

/** Of the account that all callers write. */
export class Ledger {
  readonly users = new Map<string, UserRecord>();
  /** The users that each acknowledged transaction changed, since the last check. */
  readonly revisions = new Map<bigint, readonly string[]>();
  /** Acknowledged mutations of users since the last check: at which revision, and which users each changed. */
  readonly requests = new Map<string, { readonly revision: bigint; readonly ids: readonly string[] }>();
  /** Users whose last, unanswered change was one transaction. */
  readonly together: Array<readonly UserRecord[]> = [];
  readonly timeline: Timeline;
  /** Acknowledged writes of users. */
  transactions = 0;
  /** Acknowledged writes of everything. */
  acknowledged = 0;
  unknown = 0;

  constructor(timeline: Timeline) {
    this.timeline = timeline;
  }

  record(id: string): UserRecord {
    const known = this.users.get(id) ?? new UserRecord(id);
    this.users.set(id, known);
    return known;
  }

  /** A call has changed one user. Demands that the answer is what the call asked for. */
  changed(
    record: UserRecord,
    call: string,
    requestId: string,
    user: User | undefined,
    revision: bigint,
    to: Expectation,
  ): void {
    record.tell(`${this.timeline.time()} ${call} ${requestId}: revision ${revision}, ${describe(user)}`);
    if (!meets(user, to)) {
      throw this.broken(
        PROMISES.updates,
        record,
        `${call} answers ${describe(user)}, and should ${describeExpectation(to)}`,
      );
    }
    this.transaction(revision, [record.id], requestId);
    record.become(user, revision);
  }

  /** A transaction is acknowledged that has changed these users. */
  transaction(revision: bigint, ids: readonly string[], requestId: string): void {
    this.transactions += 1;
    const other = this.revisions.get(revision);
    if (other !== undefined) {
      const evidence = [...other, ...ids].flatMap((id) => this.historyOf(this.record(id)));
      throw new BrokenPromise(PROMISES.revision, `revision ${revision} was given to two transactions`, evidence);
    }
    this.revisions.set(revision, ids);
    this.requests.set(requestId, { revision, ids });
  }

  /** Everything so far has been checked. */
  checked(): void {
    this.revisions.clear();
    this.requests.clear();
  }

  /** Nobody knows what has become of a call. */
  doubted(record: UserRecord, call: string, requestId: string, to: Expectation): void {
    record.tell(`${this.timeline.time()} ${call} ${requestId}: no answer`);
    record.doubt = to;
    if (to.version === 0n) record.purged = true;
  }

  /** Nobody knows what has become of a call that was all or nothing. */
  doubtedTogether(expected: ReadonlyMap<UserRecord, Expectation>, call: string, requestId: string): void {
    for (const [record, to] of expected) this.doubted(record, call, requestId, to);
    this.together.push([...expected.keys()]);
  }

  broken(promise: string, record: UserRecord, what: string, more: readonly string[] = []): BrokenPromise {
    return new BrokenPromise(promise, `${record.id}: ${what}`, [...this.historyOf(record), ...more]);
  }

  historyOf(record: UserRecord): string[] {
    const doubt = record.doubt === undefined ? [] : [`in doubt: it may also ${describeExpectation(record.doubt)}`];
    return [`history of ${record.id}:`, ...record.history(), `acknowledged: ${describe(record.user)}`, ...doubt];
  }
}

export function describe(user: User | undefined): string {
  return user === undefined ? "no user" : toJsonString(UserSchema, user);
}

function describeExpectation({ version, about, deleted }: Expectation): string {
  return version === 0n
    ? "be gone"
    : `have version ${version}${about === undefined ? "" : `, about ${about}`}${deleted ? ", be deleted" : ""}`;
}
