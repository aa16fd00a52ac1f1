/** For Node: HTTP/2, so that all calls share a connection, and TLS as the caller wants it. */
import { clientOf, type RosterClient } from "../client.ts";
import type { RosterClientOptions } from "../context.ts";
import { type RosterUsersClient, usersClientOf } from "../users-client.ts";
import { connectByHttp2 } from "./http2.ts";

export * from "../library.ts";

/**
 * Clients of Roster's services that share one connection and call with one key. Reads never show less than an earlier answer to one of
 * these clients did, whatever servers and replicas of the database answer; of an account that calls name in the same way.
 */
export function createRosterClient(options: RosterClientOptions): RosterClient {
  return clientOf(options, connectByHttp2);
}

/** The same of UserService alone: less to load in a page. */
export function createUsersClient(options: RosterClientOptions): RosterUsersClient {
  return usersClientOf(options, connectByHttp2);
}
