import { causeText } from "../directory/values/cause.ts";

/** Something about a database that an operator can mend. The message says it all: no stack is shown. */
export class DatabaseProblem extends Error {
  override readonly name = "DatabaseProblem";
}

/** The database was written by a later Roster. Nothing has been touched. */
export function databaseTooNew(unknown: readonly string[]): DatabaseProblem {
  return new DatabaseProblem(
    `the database was made by a newer Roster (unknown here: ${unknown.join(", ")}); start that version, or a later one`,
  );
}

/** For work that knows the schema of this version only. */
export class DatabaseTooOld extends DatabaseProblem {
  constructor(pending: readonly string[]) {
    super(
      `the database is of an older version (pending: ${pending.join(", ")}); run roster migrate, or the roster of that version`,
    );
  }
}

/** The database can't be opened, reached or brought up to date. `database` must not contain a password. */
export function databaseUnusable(database: string, cause: unknown): DatabaseProblem {
  return new DatabaseProblem(`${database} can't be used: ${causeText(cause)}`, { cause });
}

export function fileUnwritable(file: string, cause: unknown): DatabaseProblem {
  return new DatabaseProblem(`${file} can't be written: ${causeText(cause)}`, { cause });
}
