import { type Shot, writeShot } from "./requests/shot.ts";

/** Something that should not have happened. */
export interface Finding {
  readonly what: string;
  /** The request, to be made again. */
  readonly shot?: Shot | undefined;
}

/** As it is printed: the last line of one with a request is a file for the corpus. */
export function findingText({ what, shot }: Finding): string {
  return shot === undefined
    ? what
    : `${what}\n  ${shot.method}${shot.spoilt ? `, ${shot.spoilt}` : ""}\n  ${writeShot(shot)}`;
}

const MOST = 20;

/** All findings of a run; of those that say the same about the same method, the first. */
export class Findings {
  readonly all: Finding[] = [];
  readonly #known = new Set<string>();
  /** Also those that say the same. */
  count = 0;

  add(finding: Finding): void {
    this.count += 1;
    const name = `${finding.shot?.method} ${finding.what.replaceAll(/[0-9a-f-]{8,}|\d+/g, "N").slice(0, 80)}`;
    if (this.#known.has(name) || this.all.length >= MOST) return;
    this.#known.add(name);
    this.all.push(finding);
  }
}
