import { sql } from "kysely";
import type { Examination } from "../engine.ts";

/** SQLite checks all by itself: pages, rows, each index against its table, unique keys, and the index of words. */
export const sqliteExamination: Examination = {
  async examine(db) {
    const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db);
    const { rows: strays } = await sql<{ table: string; parent: string }>`pragma foreign_key_check`.execute(db);
    const damages = rows.map((row) => row.integrity_check).filter((text) => text !== "ok");
    return {
      damages: [...damages, ...strays.map(({ table, parent }) => `${table} refers to missing ${parent}`)],
      notes: [],
    };
  },
  async listIndexes(db) {
    const { rows } = await sql<{ name: string }>`select name from sqlite_schema where type = 'index'`.execute(db);
    return rows.map(({ name }) => ({ name, valid: true }));
  },
  // It has held them against their tables.
  withoutIndexes: (_, work) => work(),
};
