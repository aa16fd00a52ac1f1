import { type User, type UserChange, UserChangeType } from "@roster/client";
import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import { describe } from "../ledger/ledger.ts";
import { readResumed, type StreamParts } from "./resumed.ts";

/** A copy of the users of an account, as a consumer keeps it: from an export, and then from a watch. */
export class Replica {
  readonly name: string;
  /** In CEL; empty for everybody. */
  readonly filter: string;
  readonly users = new Map<string, User>();
  /** The users that each transaction has changed, since the last check. */
  readonly revisions = new Map<bigint, string[]>();
  /** Up to which it is complete. */
  revision = 0n;
  /** From which on each revision must come. */
  #begin = 0n;
  #changeToken = "";
  /** The last changes, to show. */
  readonly #last: string[] = [];

  constructor(name: string, filter = "") {
    this.name = name;
    this.filter = filter;
  }

  async follow(parts: StreamParts): Promise<void> {
    await this.#export(parts);
    await readResumed(
      parts,
      `the watch of ${this.name}`,
      ({ users }, signal) =>
        users.watchUsers(
          { filter: this.filter, start: { case: "changeToken", value: this.#changeToken } },
          { signal, timeoutMs: 0 },
        ),
      ({ changes, changeToken }) => {
        this.#changeToken = changeToken;
        this.apply(changes);
        parts.meter.changes += changes.length;
        return parts.random.chance(BREAK_OFF) ? "break off" : "go on";
      },
    );
  }

  /** The revisions since the last check that it was not told of. */
  missing(): bigint[] {
    const missing: bigint[] = [];
    for (let revision = this.#begin + 1n; revision <= this.revision; revision += 1n) {
      if (!this.revisions.has(revision)) missing.push(revision);
    }
    return missing;
  }

  /** What was told so far has been checked. */
  checked(): void {
    this.#begin = this.revision;
    this.revisions.clear();
  }

  /** The last changes of a user. */
  history(userId: string): string[] {
    return [`${this.name} was told of ${userId}:`, ...this.#last.filter((line) => line.includes(` ${userId} `))];
  }

  async #export(parts: StreamParts): Promise<void> {
    let resumeToken = "";
    await readResumed(
      parts,
      `the export of ${this.name}`,
      ({ users }, signal) =>
        users.listUsersChunked({ filter: this.filter, showDeleted: true, resumeToken }, { signal, timeoutMs: 0 }),
      ({ users, revision, resumeToken: token, summary }) => {
        resumeToken = token;
        for (const user of users) this.users.set(user.id, user);
        this.revision = revision;
        this.#begin = revision;
        this.#changeToken = summary?.changeToken ?? "";
        return "go on";
      },
    );
  }

  /** Takes over what a watch tells. Throws if that can't be all. */
  apply(changes: readonly UserChange[]): void {
    for (const change of changes) {
      this.#last.push(
        `${UserChangeType[change.type]} ${change.userId} version ${change.version}, revision ${change.revision}`,
      );
      const known = this.users.get(change.userId);
      if (change.revision <= this.revision) throw this.#broken(change, known, `it comes after revision ${this.revision}`);
      if (change.user === undefined) this.users.delete(change.userId);
      else this.#put(change, change.user, known);
      const ids = this.revisions.get(change.revision) ?? [];
      this.revisions.set(change.revision, [...ids, change.userId]);
    }
    this.revision = changes.at(-1)?.revision ?? this.revision;
    this.#last.splice(0, this.#last.length - KEPT_CHANGES);
  }

  #put(change: UserChange, user: User, known: User | undefined): void {
    const isNext = known === undefined ? this.filter !== "" || change.version === 1n : change.version === known.version + 1n;
    // Of users that do not pass a filter for a while, it does not know all versions.
    if (!isNext && (this.filter === "" || (known !== undefined && change.version <= known.version))) {
      throw this.#broken(change, known, "a change before it is missing, or it came before");
    }
    this.users.set(change.userId, user);
  }

  #broken({ userId, version, revision, type }: UserChange, known: User | undefined, what: string): BrokenPromise {
    const change = `${UserChangeType[type]} of ${userId}, version ${version}, revision ${revision}`;
    return new BrokenPromise(PROMISES.watch, `${this.name} is told of ${change}: ${what}`, [
      `known: ${describe(known)}`,
      ...this.history(userId),
    ]);
  }
}

/** How often a reader leaves of its own accord. */
const BREAK_OFF = 0.002;
const KEPT_CHANGES = 20_000;
