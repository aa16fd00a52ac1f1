import { type Client, createClient } from "@connectrpc/connect";
import { ServerService } from "../gen/roster/v1/server_service_pb.js";
import { UserDataService } from "../gen/roster/v1/user_data_service_pb.js";
import { type Connect, openContext, type RosterClientOptions } from "./context.ts";
import {
  type AccountsClient,
  type ApiKeysClient,
  type AuditClient,
  accountsOf,
  apiKeysOf,
  auditOf,
  type SessionsClient,
  sessionsOf,
} from "./services.ts";
import { type UsersClient, usersOf } from "./users.ts";

export interface RosterClient {
  readonly users: UsersClient;
  readonly sessions: SessionsClient;
  readonly accounts: AccountsClient;
  readonly apiKeys: ApiKeysClient;
  readonly audit: AuditClient;
  readonly userData: Client<typeof UserDataService>;
  readonly server: Client<typeof ServerService>;
  /** Ends the connection, and with it the calls under way. A later call opens it again. */
  close(): void;
}

export function clientOf(options: RosterClientOptions, connect: Connect): RosterClient {
  const context = openContext(options, connect);
  return {
    users: usersOf(context),
    sessions: sessionsOf(context),
    accounts: accountsOf(context),
    apiKeys: apiKeysOf(context),
    audit: auditOf(context),
    userData: createClient(UserDataService, context.transport),
    server: createClient(ServerService, context.transport),
    close: context.close,
  };
}
