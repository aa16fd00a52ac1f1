import { takeChanges } from "../changes/watcher.ts";
import { all, type Services } from "../setup.ts";

/** The least that a caller must be: a key of that role, or an ADMIN key of a super admin. */
export type Least = "READER" | "WRITER" | "ADMIN" | "SUPER ADMIN";

export interface Rpc {
  readonly least: Least;
  /** Takes a nonce. */
  readonly mutates: boolean;
  /** Whether the request names an account; `all`: or all of them. */
  readonly account: "one" | "all" | "none";
  /** A call that would succeed, or find nothing there, or find the etag old. */
  readonly call: (services: Services, accountId: string) => Promise<unknown>;
}

const id = "nobody";
const etag = "old";

function reads(least: Least, call: Rpc["call"], account: Rpc["account"] = "one"): Rpc {
  return { least, mutates: false, account, call };
}

function mutates(least: Least, call: Rpc["call"], account: Rpc["account"] = "one"): Rpc {
  return { least, mutates: true, account, call };
}

/** Every RPC of Roster, by its service and name. */
export const EVERY_RPC: Readonly<Record<string, Rpc>> = {
  "UserService/CreateUser": mutates("WRITER", (of, accountId) => of.users().createUser({ accountId, user: {} })),
  "UserService/UpsertUser": mutates("WRITER", (of, accountId) => of.users().upsertUser({ accountId, user: { id: "u" } })),
  "UserService/GetUser": reads("READER", (of, accountId) =>
    of.users().getUser({ accountId, key: { case: "id", value: id } }),
  ),
  "UserService/LookupUsers": reads("READER", (of, accountId) => of.users().lookupUsers({ accountId })),
  "UserService/UpdateUser": mutates("WRITER", (of, accountId) => of.users().updateUser({ accountId, user: { id } })),
  "UserService/DeleteUser": mutates("WRITER", (of, accountId) => of.users().deleteUser({ accountId, id })),
  "UserService/UndeleteUser": mutates("WRITER", (of, accountId) => of.users().undeleteUser({ accountId, id })),
  "UserService/PurgeUser": mutates("WRITER", (of, accountId) => of.users().purgeUser({ accountId, id })),
  "UserService/ActivateUser": mutates("WRITER", (of, accountId) => of.users().activateUser({ accountId, id })),
  "UserService/SuspendUser": mutates("WRITER", (of, accountId) => of.users().suspendUser({ accountId, id })),
  "UserService/ListUsers": reads("READER", (of, accountId) => of.users().listUsers({ accountId }), "all"),
  "UserService/ListUsersChunked": reads("READER", (of, accountId) => all(of.users().listUsersChunked({ accountId })), "all"),
  "UserService/WatchUsers": reads("READER", (of, accountId) => takeChanges(of.users(), { accountId }, 1)),
  "UserService/ListUserChanges": reads("READER", (of, accountId) => of.users().listUserChanges({ accountId })),
  "UserService/ImportUsers": mutates("WRITER", (of, accountId) => of.users().importUsers({ accountId })),

  "SessionService/CreateSession": mutates("WRITER", (of, accountId) =>
    of.sessions().createSession({ accountId, session: { userId: id } }),
  ),
  "SessionService/GetSession": reads("READER", (of, accountId) => of.sessions().getSession({ accountId, id })),
  "SessionService/UpdateSession": mutates("WRITER", (of, accountId) =>
    of.sessions().updateSession({ accountId, session: { id } }),
  ),
  "SessionService/EndSession": mutates("WRITER", (of, accountId) => of.sessions().endSession({ accountId, id })),
  "SessionService/DeleteSession": mutates("WRITER", (of, accountId) => of.sessions().deleteSession({ accountId, id })),
  "SessionService/ListSessions": reads("READER", (of, accountId) => of.sessions().listSessions({ accountId }), "all"),
  "SessionService/ListUserSessions": reads("READER", (of, accountId) =>
    of.sessions().listUserSessions({ accountId, userId: id }),
  ),
  "SessionService/EndUserSessions": mutates("WRITER", (of, accountId) =>
    of.sessions().endUserSessions({ accountId, userId: id }),
  ),

  "AccountService/CreateAccount": mutates(
    "SUPER ADMIN",
    (of) => of.accounts().createAccount({ account: { name: "Made by the matrix" } }),
    "none",
  ),
  "AccountService/GetAccount": reads("ADMIN", (of, accountId) => of.accounts().getAccount({ accountId })),
  "AccountService/ListAccounts": reads("SUPER ADMIN", (of) => of.accounts().listAccounts({}), "none"),
  "AccountService/UpdateAccount": mutates("ADMIN", (of, accountId) =>
    of.accounts().updateAccount({ accountId, account: {} }),
  ),
  "AccountService/SuspendAccount": mutates("SUPER ADMIN", (of, accountId) =>
    of.accounts().suspendAccount({ accountId, etag }),
  ),
  "AccountService/ActivateAccount": mutates("SUPER ADMIN", (of, accountId) =>
    of.accounts().activateAccount({ accountId, etag }),
  ),
  "AccountService/DeleteAccount": mutates("SUPER ADMIN", (of, accountId) =>
    of.accounts().deleteAccount({ accountId, etag, force: true }),
  ),

  "ApiKeyService/CreateApiKey": mutates("ADMIN", (of, accountId) =>
    of.keys().createApiKey({ accountId, apiKey: { displayName: "Key", role: 1, userId: id } }),
  ),
  "ApiKeyService/GetApiKey": reads("ADMIN", (of, accountId) => of.keys().getApiKey({ accountId, id })),
  "ApiKeyService/ListApiKeys": reads("ADMIN", (of, accountId) => of.keys().listApiKeys({ accountId })),
  "ApiKeyService/UpdateApiKey": mutates("ADMIN", (of, accountId) =>
    of.keys().updateApiKey({ accountId, apiKey: { id }, updateMask: { paths: ["require_nonce"] } }),
  ),
  "ApiKeyService/RotateApiKey": mutates("ADMIN", (of, accountId) => of.keys().rotateApiKey({ accountId, id })),
  "ApiKeyService/RevokeApiKey": mutates("ADMIN", (of, accountId) => of.keys().revokeApiKey({ accountId, id })),
  "ApiKeyService/IssueNonce": reads("READER", (of) => of.keys().issueNonce({}), "none"),
  "ApiKeyService/WhoAmI": reads("READER", (of) => of.keys().whoAmI({}), "none"),
};
