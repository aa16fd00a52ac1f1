import type { DescService, MessageShape } from "@bufbuild/protobuf";
import { AccountService } from "../../../gen/roster/v1/account_service_pb.js";
import { ApiKeyService } from "../../../gen/roster/v1/api_key_service_pb.js";
import { AuditService } from "../../../gen/roster/v1/audit_service_pb.js";
import { ServerService } from "../../../gen/roster/v1/server_service_pb.js";
import { SessionService } from "../../../gen/roster/v1/session_service_pb.js";
import { UserDataService } from "../../../gen/roster/v1/user_data_service_pb.js";
import { UserService } from "../../../gen/roster/v1/user_service_pb.js";
import { eachOwned, eachRowOwned, itself, owned, unmade } from "./account-fields.ts";
import { namesNobody, ownChanges, ownKey, ownUser, ownUserId } from "./own-user.ts";
import { type AnyRule, type Permission, type RuleFor, toPermission } from "./permission.ts";

type Rules<S extends DescService> = { readonly [M in keyof S["method"]]: RuleFor<MessageShape<S["method"][M]["input"]>> };

const ofAccount = { account: "accountId" } as const;

const anyone = { role: "READER", self: namesNobody } as const;
const read = { role: "READER", ...ofAccount } as const;
const list = { role: "READER", allAccounts: true, ...ofAccount } as const;
const write = { role: "WRITER", mutates: true, ...ofAccount } as const;
const writeUsers = { ...write, cost: ({ users }: { users: readonly unknown[] }) => Math.max(1, users.length) } as const;
const inspect = { role: "ADMIN", ...ofAccount } as const;
const administer = { role: "ADMIN", mutates: true, ...ofAccount } as const;
const survey = { role: "ADMIN", superAdmin: true } as const;
const establish = { role: "ADMIN", superAdmin: true, mutates: true } as const;
const govern = { ...establish, ...ofAccount } as const;

const users: Rules<typeof UserService> = {
  createUser: { ...write, resources: { user: owned } },
  upsertUser: { ...write, resources: { user: owned } },
  getUser: { ...read, self: ownKey },
  lookupUsers: read,
  updateUser: { ...write, resources: { user: owned }, self: ownUser },
  deleteUser: write,
  undeleteUser: write,
  purgeUser: write,
  activateUser: write,
  suspendUser: write,
  listUsers: list,
  listUsersChunked: list,
  watchUsers: { ...read, self: ownChanges },
  listUserChanges: { ...read, self: namesNobody },
  importUsers: { ...writeUsers, resources: { users: eachOwned } },
  batchUpdateUsers: {
    ...write,
    resources: { updates: eachRowOwned },
    cost: ({ updates }) => Math.max(1, updates.length),
  },
  batchDeleteUsers: writeUsers,
  batchPurgeUsers: writeUsers,
  batchActivateUsers: writeUsers,
  batchSuspendUsers: writeUsers,
};

const sessions: Rules<typeof SessionService> = {
  createSession: { ...write, resources: { session: owned } },
  getSession: { ...read, self: namesNobody },
  updateSession: { ...write, resources: { session: owned } },
  endSession: { ...write, self: namesNobody },
  deleteSession: write,
  listSessions: list,
  listUserSessions: { ...read, self: ownUserId },
  endUserSessions: { ...write, self: ownUserId },
};

const accounts: Rules<typeof AccountService> = {
  createAccount: { ...establish, resources: { account: unmade } },
  getAccount: inspect,
  listAccounts: survey,
  updateAccount: { ...administer, resources: { account: itself } },
  suspendAccount: govern,
  activateAccount: govern,
  deleteAccount: govern,
};

const apiKeys: Rules<typeof ApiKeyService> = {
  createApiKey: { ...administer, resources: { apiKey: owned } },
  getApiKey: inspect,
  listApiKeys: { ...inspect, allAccounts: true },
  updateApiKey: { ...administer, resources: { apiKey: owned } },
  rotateApiKey: administer,
  revokeApiKey: administer,
  issueNonce: anyone,
  whoAmI: anyone,
};

const audit: Rules<typeof AuditService> = {
  listAuditEntries: inspect,
  watchAuditEntries: inspect,
};
const server: Rules<typeof ServerService> = { getServerInfo: anyone };

/** Roster's own services. */
export const SERVICES = [
  UserService,
  SessionService,
  AccountService,
  ApiKeyService,
  AuditService,
  UserDataService,
  ServerService,
] as const;

const userData: Rules<typeof UserDataService> = {
  exportUserData: inspect,
};

/** Every RPC by its full name, `roster.v1.UserService/GetUser`. One that is missing here is not served. */
export const PERMISSIONS: ReadonlyMap<string, Permission> = new Map([
  ...byName(UserService, users),
  ...byName(SessionService, sessions),
  ...byName(AccountService, accounts),
  ...byName(ApiKeyService, apiKeys),
  ...byName(AuditService, audit),
  ...byName(UserDataService, userData),
  ...byName(ServerService, server),
]);

function byName(service: DescService, rules: Readonly<Record<string, AnyRule>>): Array<[string, Permission]> {
  return service.methods.flatMap((method): Array<[string, Permission]> => {
    const rule = rules[method.localName];
    return rule === undefined ? [] : [[methodName(method), toPermission(method, rule)]];
  });
}

/** The full name of an RPC: `roster.v1.UserService/GetUser`. */
export function methodName(method: { readonly parent: { readonly typeName: string }; readonly name: string }): string {
  return `${method.parent.typeName}/${method.name}`;
}
