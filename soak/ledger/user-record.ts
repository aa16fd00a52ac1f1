import { equals } from "@bufbuild/protobuf";
import { type User, UserSchema } from "../../gen/roster/v1/user_pb.js";

/** What a user must look like after a call: only what the call decides. */
export interface Expectation {
  /** 0: it is not there. */
  readonly version: bigint;
  readonly about?: string | undefined;
  readonly deleted?: boolean | undefined;
}

/** One moment in the life of a user. */
interface Moment {
  readonly revision: bigint;
  /** 0: from then on it is not there. */
  readonly version: bigint;
  readonly deleted: boolean;
}

const KEPT_EVENTS = 30;
const KEPT_MOMENTS = 200;

/** What the ledger knows of one user. One caller alone writes it, one call after the other. */
export class UserRecord {
  readonly id: string;
  /** As it was last acknowledged; undefined: it is not there. */
  user: User | undefined;
  /** What a call whose outcome is not known may have made of it. Nothing more is done to such a user. */
  doubt: Expectation | undefined;
  /** Whether that call turned out to have happened. */
  doubtLanded = false;
  /** Whether it was ever purged, or may have been. */
  purged = false;
  readonly #events: string[] = [];
  readonly #moments: Moment[] = [];
  #forgotten = false;

  constructor(id: string) {
    this.id = id;
  }

  get isLive(): boolean {
    return this.user !== undefined && this.user.deleteTime === undefined;
  }

  tell(event: string): void {
    this.#events.push(event);
    if (this.#events.length > KEPT_EVENTS) this.#events.shift();
  }

  become(user: User | undefined, revision: bigint): void {
    this.user = user;
    this.#moments.push({ revision, version: user?.version ?? 0n, deleted: user?.deleteTime !== undefined });
    if (user === undefined) this.purged = true;
    if (this.#moments.length > KEPT_MOMENTS) {
      this.#moments.shift();
      this.#forgotten = true;
    }
  }

  /** How it was at a revision; undefined if that is not known any more. */
  at(revision: bigint): Moment | undefined {
    const found = this.#moments.findLast((moment) => moment.revision <= revision);
    return found ?? (this.#forgotten ? undefined : { revision: 0n, version: 0n, deleted: false });
  }

  /** Whether it was purged at a revision or later, or may have been. */
  purgedSince(revision: bigint): boolean {
    return (
      this.doubt?.version === 0n || this.#moments.some((moment) => moment.version === 0n && moment.revision >= revision)
    );
  }

  /** Whether what is stored is what was acknowledged, or what an unanswered call would have made of it. */
  allows(stored: User | undefined): boolean {
    if (this.doubt !== undefined && meets(stored, this.doubt)) {
      this.doubtLanded = true;
      return true;
    }
    return !this.doubtLanded && same(stored, this.user);
  }

  history(): string[] {
    return this.#events;
  }
}

export function same(one: User | undefined, other: User | undefined): boolean {
  return one === undefined || other === undefined ? one === other : equals(UserSchema, one, other);
}

export function meets(user: User | undefined, { version, about, deleted }: Expectation): boolean {
  return (
    (user?.version ?? 0n) === version &&
    (about === undefined || user?.about === about) &&
    (deleted === undefined || (user?.deleteTime !== undefined) === deleted)
  );
}
