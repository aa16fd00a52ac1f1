import { randomBytes } from "node:crypto";
import type { Client } from "@connectrpc/connect";
import { expect } from "vitest";
import type { UserService } from "../../gen/roster/v1/user_service_pb.js";

/** Imports that many users, each with `about` of so many characters that hardly compress. */
export async function fill(users: Client<typeof UserService>, count: number, aboutLength = 0): Promise<void> {
  for (let first = 0; first < count; first += 500) {
    const size = Math.min(500, count - first);
    const rows = Array.from({ length: size }, (_, index) => ({
      id: `fill-${first + index}`,
      about: randomBytes(aboutLength).toString("base64").slice(0, aboutLength),
    }));
    const { created } = await users.importUsers({ users: rows });
    expect(created).toBe(size);
  }
}
