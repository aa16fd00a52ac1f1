import type { Client } from "@connectrpc/connect";
import { AccountService } from "../../gen/roster/v1/account_service_pb.js";
import { ApiKeyService } from "../../gen/roster/v1/api_key_service_pb.js";
import { AuditService } from "../../gen/roster/v1/audit_service_pb.js";
import { ServerService } from "../../gen/roster/v1/server_service_pb.js";
import { SessionService } from "../../gen/roster/v1/session_service_pb.js";
import { UserDataService } from "../../gen/roster/v1/user_data_service_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { clientOf, type Protocol } from "../support/clients.ts";

export type Users = Client<typeof UserService>;
export type Keys = Client<typeof ApiKeyService>;
export type Sessions = Client<typeof SessionService>;
export type Accounts = Client<typeof AccountService>;
export type UserData = Client<typeof UserDataService>;
export type Audit = Client<typeof AuditService>;

export type ServerInfo = Client<typeof ServerService>;

export interface Services {
  users(protocol?: Protocol): Users;
  keys(protocol?: Protocol): Keys;
  sessions(protocol?: Protocol): Sessions;
  accounts(protocol?: Protocol): Accounts;
  audit(protocol?: Protocol): Audit;
  userData(protocol?: Protocol): UserData;
  info(protocol?: Protocol): ServerInfo;
}

/** What a caller with this secret can call at this server. Each client has a connection of its own. */
export function servicesOf(url: string, secret: string | undefined): Services {
  return {
    users: (protocol) => clientOf(UserService, url, secret, protocol),
    keys: (protocol) => clientOf(ApiKeyService, url, secret, protocol),
    sessions: (protocol) => clientOf(SessionService, url, secret, protocol),
    accounts: (protocol) => clientOf(AccountService, url, secret, protocol),
    audit: (protocol) => clientOf(AuditService, url, secret, protocol),
    userData: (protocol) => clientOf(UserDataService, url, secret, protocol),
    info: (protocol) => clientOf(ServerService, url, secret, protocol),
  };
}

/** The same on few connections, for very many calls. */
export function connected(services: Services): Services {
  const [users, keys, sessions, accounts] = [services.users(), services.keys(), services.sessions(), services.accounts()];
  const [audit, userData] = [services.audit(), services.userData()];
  const info = services.info();
  const rest = { audit: () => audit, userData: () => userData, info: () => info };
  return { users: () => users, keys: () => keys, sessions: () => sessions, accounts: () => accounts, ...rest };
}
