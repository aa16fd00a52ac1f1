import type { TestProject } from "vitest/node";
import { startPostgres } from "./postgres.ts";

/** One PostgreSQL for the whole run; every test file has databases of its own in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, template, relations, remove } = await startPostgres();
  project.provide("postgres", { url, template, relations });
  return remove;
}
