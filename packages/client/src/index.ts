/** For browsers, workers and edge runtimes, and for whatever else has `fetch`. In Node, `node/index.ts` takes its place. */
import { clientOf, type RosterClient } from "./client.ts";
import type { RosterClientOptions } from "./context.ts";
import { connectByFetch } from "./fetch/connect.ts";
import { type RosterUsersClient, usersClientOf } from "./users-client.ts";

export * from "./library.ts";

/**
 * Clients of Roster's services that share one connection and call with one key. Reads never show less than an earlier answer to one of
 * these clients did, whatever servers and replicas of the database answer; of an account that calls name in the same way.
 */
export function createRosterClient(options: RosterClientOptions): RosterClient {
  return clientOf(options, connectByFetch);
}

/** The same of UserService alone: less to load in a page. */
export function createUsersClient(options: RosterClientOptions): RosterUsersClient {
  return usersClientOf(options, connectByFetch);
}
