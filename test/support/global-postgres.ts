import type { TestProject } from "vitest/node";
import { startPostgres, useGivenPostgres } from "./postgres.ts";

/** One PostgreSQL for the whole run, that of TEST_DATABASE_URL or one of its own; every test file has its own databases in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env["TEST_DATABASE_URL"];
  const { url, prefix, template, relations, remove } = await (given ? useGivenPostgres(given) : startPostgres());
  project.provide("postgres", { url, prefix, template, relations });
  return remove;
}
