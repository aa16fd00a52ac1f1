import { type Connect, openContext, type RosterClientOptions } from "./context.ts";
import { type UsersClient, usersOf } from "./users.ts";

/** A client of UserService alone. */
export interface RosterUsersClient extends UsersClient {
  /** Ends the connection, and with it the calls under way. A later call opens it again. */
  close(): void;
}

export function usersClientOf(options: RosterClientOptions, connect: Connect): RosterUsersClient {
  const context = openContext(options, connect);
  return { ...usersOf(context), close: context.close };
}
