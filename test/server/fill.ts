import type { Client } from "@connectrpc/connect";
import { expect } from "vitest";
import type { UserService } from "../../gen/roster/v1/user_service_pb.js";

/** Imports that many users, each with `about` of so many characters. */
export async function fill(users: Client<typeof UserService>, count: number, aboutLength = 0): Promise<void> {
  const about = "x".repeat(aboutLength);
  for (let first = 0; first < count; first += 500) {
    const size = Math.min(500, count - first);
    const rows = Array.from({ length: size }, (_, index) => ({ id: `fill-${first + index}`, about }));
    const { created } = await users.importUsers({ users: rows });
    expect(created).toBe(size);
  }
}
