import { Code, ConnectError } from "@connectrpc/connect";
import { expect } from "vitest";
import type { Random } from "./random.ts";
import { GONE, type UnreliableDirectory } from "./unreliable.ts";

/** Writes at random until told to end; ids whose purge was tried go into `purged`. Returns how many writes succeeded. */
export async function write(
  directory: UnreliableDirectory,
  random: Random,
  userCount: number,
  purged: Set<string>,
  signal: AbortSignal,
): Promise<number> {
  let succeeded = 0;
  while (!signal.aborted) {
    const users = await directory.users();
    const id = `fill-${random.below(userCount)}`;
    const operation = random.pick(["create", "update", "update", "delete", "undelete", "purge", "recreate"]);
    try {
      switch (operation) {
        case "create":
          await users.createUser({ userId: `late-${random.below(1_000_000)}`, user: { name: "Late" } });
          break;
        case "update":
          await users.updateUser({ user: { id, about: `changed ${random.below(1_000_000)}` } });
          break;
        case "delete":
          await users.deleteUser({ id });
          break;
        case "undelete":
          await users.undeleteUser({ id });
          break;
        case "purge":
        case "recreate":
          if (random.chance(0.3)) {
            purged.add(id);
            await users.purgeUser({ id });
            if (operation === "recreate") {
              await users.createUser({ userId: id, user: { name: "Reborn" } });
            }
          }
          break;
      }
      succeeded += 1;
    } catch (error) {
      expect(EXPECTED).toContain(ConnectError.from(error).code);
    }
  }
  return succeeded;
}

const EXPECTED = [Code.NotFound, Code.AlreadyExists, Code.FailedPrecondition, ...GONE];
