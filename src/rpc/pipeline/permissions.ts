import type { DescService } from "@bufbuild/protobuf";
import { AccountService } from "../../../gen/roster/v1/account_service_pb.js";
import { ApiKeyService } from "../../../gen/roster/v1/api_key_service_pb.js";
import { SessionService } from "../../../gen/roster/v1/session_service_pb.js";
import { UserService } from "../../../gen/roster/v1/user_service_pb.js";
import type { Role } from "../../directory/keys/api-key.ts";

/** What an RPC takes. */
export interface Permission {
  readonly role: Role;
  /** Only super admins, whatever the account. */
  readonly superAdmin?: true;
  /** Super admins may name all accounts (`-`). */
  readonly allAccounts?: true;
  /** Changes something, and so uses up the nonce that comes with it. */
  readonly mutates?: true;
}

const read: Permission = { role: "READER" };
const list: Permission = { role: "READER", allAccounts: true };
const write: Permission = { role: "WRITER", mutates: true };
const inspect: Permission = { role: "ADMIN" };
const administer: Permission = { role: "ADMIN", mutates: true };
const survey: Permission = { role: "ADMIN", superAdmin: true };
const govern: Permission = { role: "ADMIN", superAdmin: true, mutates: true };

type Permissions<S extends DescService> = { readonly [M in keyof S["method"]]: Permission };

const users: Permissions<typeof UserService> = {
  createUser: write,
  upsertUser: write,
  getUser: read,
  lookupUsers: read,
  updateUser: write,
  deleteUser: write,
  undeleteUser: write,
  purgeUser: write,
  activateUser: write,
  suspendUser: write,
  listUsers: list,
  listUsersChunked: list,
  watchUsers: read,
  listUserChanges: read,
  importUsers: write,
};

const sessions: Permissions<typeof SessionService> = {
  createSession: write,
  getSession: read,
  updateSession: write,
  endSession: write,
  deleteSession: write,
  listSessions: list,
  listUserSessions: read,
  endUserSessions: write,
};

const accounts: Permissions<typeof AccountService> = {
  createAccount: govern,
  getAccount: inspect,
  listAccounts: survey,
  updateAccount: administer,
  suspendAccount: govern,
  activateAccount: govern,
  deleteAccount: govern,
};

const apiKeys: Permissions<typeof ApiKeyService> = {
  createApiKey: administer,
  getApiKey: inspect,
  listApiKeys: inspect,
  updateApiKey: administer,
  rotateApiKey: administer,
  revokeApiKey: administer,
  issueNonce: read,
  whoAmI: read,
};

/** Every RPC by its full name, `roster.v1.UserService/GetUser`. One that is missing here is not served. */
export const PERMISSIONS: ReadonlyMap<string, Permission> = new Map([
  ...byName(UserService, users),
  ...byName(SessionService, sessions),
  ...byName(AccountService, accounts),
  ...byName(ApiKeyService, apiKeys),
]);

function byName<S extends DescService>(service: S, permissions: Permissions<S>): Array<[string, Permission]> {
  return service.methods.flatMap((method): Array<[string, Permission]> => {
    const permission = Object.entries<Permission>(permissions).find(([name]) => name === method.localName)?.[1];
    return permission === undefined ? [] : [[methodName(method), permission]];
  });
}

/** The full name of an RPC: `roster.v1.UserService/GetUser`. */
export function methodName(method: { readonly parent: { readonly typeName: string }; readonly name: string }): string {
  return `${method.parent.typeName}/${method.name}`;
}
