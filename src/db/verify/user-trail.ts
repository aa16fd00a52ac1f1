import { storedJson } from "../query/stored-json.ts";
import type { UserRow } from "../schema.ts";
import type { VerifiedRow } from "./check.ts";
import { isJson } from "./check.ts";
import type { TrailChange } from "./ranges.ts";

/** Follows the changes of one user, in their order. */
export class UserTrail {
  readonly userId: string;
  readonly #floor: number;
  readonly #add: (what: string) => void;
  #last: TrailChange | undefined;

  constructor(userId: string, floor: number, add: (what: string) => void) {
    this.userId = userId;
    this.#floor = floor;
    this.#add = (what) => add(`user ${userId}: ${what}`);
  }

  add(change: TrailChange): void {
    const { revision, version, type, image_before, image_after } = change;
    const at = `the change ${type} at revision ${revision}`;
    if (!isJson(image_before ?? "null") || !isJson(image_after ?? "null")) {
      this.#add(`${at} has an image that is no JSON`);
    } else {
      const before = parse(image_before);
      const after = parse(image_after);
      for (const problem of [...imageProblems(change, before, after), ...this.#breaks(change, before)]) {
        this.#add(`${at} ${problem}`);
      }
    }
    if (version < 1) this.#add(`${at} has version ${version}`);
    this.#last = change;
  }

  /** The user as it is; undefined: it is gone. */
  finish(row: VerifiedRow | undefined): void {
    const last = this.#last;
    if (last === undefined) return;
    if (last.image_after === null || !isJson(last.image_after)) {
      if (row !== undefined) this.#add("the history ends with a purge, and the user is there");
    } else if (row === undefined) {
      this.#add("the history does not end with a purge, and the user is not there");
    } else if (!isSame(parse(last.image_after), row)) {
      this.#add(`the user is not as revision ${last.revision} has left it`);
    }
  }

  *#breaks({ type, version, image_before }: TrailChange, before: Image): Generator<string> {
    const last = this.#last;
    const isFirst = last === undefined || last.type === "PURGED";
    if (type === "PURGED") {
      if (last !== undefined) yield "has left earlier changes in the history";
    } else if (type === "CREATED") {
      if (version !== 1) yield `has version ${version}`;
      if (!isFirst) yield "is of a user that was there already";
    } else if (isFirst) {
      if (last !== undefined || (before?.revision ?? 0) > this.#floor) yield "has none before it in the history";
    } else {
      if (version !== last.version + 1) yield `has version ${version} after ${last.version}`;
      if (last.image_after !== image_before && !isSame(before, parse(last.image_after))) {
        yield `does not begin where revision ${last.revision} ended`;
      }
    }
  }
}

type Image = Partial<UserRow> | null;

function* imageProblems(change: TrailChange, before: Image, after: Image): Generator<string> {
  const { type, version, revision, user_id } = change;
  if ((before === null) !== (type === "CREATED" || type === "PURGED")) yield "has or lacks an image of before";
  if ((after === null) !== (type === "PURGED")) yield "has or lacks an image of after";
  if (before !== null && (before.version !== version - 1 || before.id !== user_id)) yield "has another user before it";
  if (after !== null && (after.version !== version || after.id !== user_id || after.revision !== revision)) {
    yield "has left another user than it says";
  }
  const [wasDeleted, isDeleted] = [before?.delete_time != null, after?.delete_time != null];
  if ((type === "DELETED" || type === "UNDELETED") !== (before !== null && after !== null && wasDeleted !== isDeleted)) {
    yield "does not tell whether the user was deleted";
  }
}

function parse(image: string | null): Image {
  return image === null ? null : storedJson<Partial<UserRow>>(image);
}

/** In what both have: older servers know of fewer columns. */
function isSame(image: Image, other: Image): boolean {
  if (image === null || other === null) return image === other;
  const others: Readonly<Record<string, unknown>> = { ...other };
  return Object.entries(image).every(([column, value]) => !Object.hasOwn(others, column) || others[column] === value);
}
