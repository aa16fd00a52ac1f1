import { expect } from "vitest";
import type { TestAccount } from "../rpc/setup.ts";
import { people } from "./people.ts";

const SCHEMA = {
  type: "object",
  required: ["plan"],
  properties: {
    plan: { title: "Plan", enum: ["free", "pro", "team"], description: "What is paid for" },
    seats: { title: "Seats", type: "integer", minimum: 1 },
    city: { type: "string" },
    beta: { type: "boolean", title: "Beta features" },
  },
};

/** Gives an account a name, a schema for the metadata of its users, and so many users. */
export async function furnish(account: TestAccount, count: number): Promise<void> {
  await account.accounts().updateAccount({ account: { name: "Acme Research", metadataSchema: SCHEMA }, force: true });
  for (let from = 0; from < count; from += 1_000) {
    const { failures } = await account.users().importUsers({ users: people(count).slice(from, from + 1_000) });
    expect(failures).toEqual([]);
  }
}
