import type { RosterUsersClient } from "@roster/client";

export interface Settings {
  readonly baseUrl: string;
  readonly apiKey: string;
}

/** The ids of all users, as a list, an export and a watch show them. */
export async function usersSeen(users: RosterUsersClient): Promise<Record<string, string[]>> {
  const listed: string[] = [];
  for await (const { id } of users.all({ orderBy: "id" })) listed.push(id);
  const exported: string[] = [];
  for await (const chunk of users.chunks()) exported.push(...chunk.users.map(({ id }) => id));
  const watched: string[] = [];
  for await (const { changes, caughtUp } of users.watch({ withInitialState: true })) {
    watched.push(...changes.map(({ userId }) => userId));
    if (caughtUp) break;
  }
  users.close();
  return { listed, exported, watched };
}
