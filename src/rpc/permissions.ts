import type { DescService } from "@bufbuild/protobuf";
import { ApiKeyService } from "../../gen/roster/v1/api_key_service_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import type { Role } from "../directory/api-key.ts";

/** What an RPC takes: a role, and whether super admins may name all accounts (`-`). */
export interface Permission {
  readonly role: Role;
  readonly allAccounts: boolean;
}

const read: Permission = { role: "READER", allAccounts: false };
const list: Permission = { role: "READER", allAccounts: true };
const write: Permission = { role: "WRITER", allAccounts: false };
const administer: Permission = { role: "ADMIN", allAccounts: false };

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
  importUsers: write,
};

const apiKeys: Permissions<typeof ApiKeyService> = {
  createApiKey: administer,
  whoAmI: read,
};

/** Every RPC by its full name, `roster.v1.UserService/GetUser`. One that is missing here is not served. */
export const PERMISSIONS: ReadonlyMap<string, Permission> = new Map([
  ...byName(UserService, users),
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
