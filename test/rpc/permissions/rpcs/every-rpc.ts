import { firstMessage } from "../../audit/audit-watcher.ts";
import { all } from "../../setup.ts";
import { etagOf, mutates, type Rpcs, reads } from "./rpc.ts";
import { USER_RPCS } from "./user-rpcs.ts";

const OF_USER = { names: "user" } as const;
const OF_SESSION = { names: "session" } as const;
const OF_KEY = { names: "key" } as const;
const CHANGES_KEY = { ...OF_KEY, sparesSuperAdmins: true } as const;
const OF_NO_ACCOUNT = { account: "none" } as const;

// Sessions grant nothing here, so whoever writes sessions writes those of super admins, too.
const SESSION_RPCS: Rpcs = {
  "SessionService/CreateSession": mutates("WRITER", OF_USER, ({ sessions }, { accountId, userId }, validateOnly) =>
    sessions().createSession({ accountId, session: { userId }, validateOnly }),
  ),
  "SessionService/GetSession": reads("READER", { ...OF_SESSION, self: true }, ({ sessions }, { accountId, sessionId: id }) =>
    sessions().getSession({ accountId, id }),
  ),
  "SessionService/UpdateSession": mutates("WRITER", OF_SESSION, ({ sessions }, { accountId, sessionId: id }, validateOnly) =>
    sessions().updateSession({ accountId, session: { id, metadata: { changed: true } }, validateOnly }),
  ),
  "SessionService/EndSession": mutates(
    "WRITER",
    { ...OF_SESSION, self: true },
    ({ sessions }, { accountId, sessionId: id }, dry) => sessions().endSession({ accountId, id, etag: etagOf(dry) }),
  ),
  "SessionService/DeleteSession": mutates("WRITER", OF_SESSION, ({ sessions }, { accountId, sessionId: id }, dry) =>
    sessions().deleteSession({ accountId, id, etag: etagOf(dry) }),
  ),
  "SessionService/ListSessions": reads("READER", { account: "all" }, ({ sessions }, { accountId }) =>
    sessions().listSessions({ accountId }),
  ),
  "SessionService/ListUserSessions": reads("READER", { ...OF_USER, self: true }, ({ sessions }, { accountId, userId }) =>
    sessions().listUserSessions({ accountId, userId }),
  ),
  "SessionService/EndUserSessions": mutates("WRITER", { ...OF_USER, self: true }, ({ sessions }, { accountId, userId }) =>
    sessions().endUserSessions({ accountId, userId }),
  ),
};

const ACCOUNT_RPCS: Rpcs = {
  "AccountService/CreateAccount": mutates("SUPER ADMIN", OF_NO_ACCOUNT, ({ accounts }, _, validateOnly) =>
    accounts().createAccount({ account: { name: "Made by the matrix" }, validateOnly }),
  ),
  "AccountService/GetAccount": reads("ADMIN", {}, ({ accounts }, { accountId }) => accounts().getAccount({ accountId })),
  "AccountService/ListAccounts": reads("SUPER ADMIN", OF_NO_ACCOUNT, ({ accounts }) => accounts().listAccounts({})),
  "AccountService/UpdateAccount": mutates("ADMIN", {}, ({ accounts }, { accountId }, validateOnly) =>
    accounts().updateAccount({ accountId, account: { name: "Changed" }, validateOnly }),
  ),
  "AccountService/SuspendAccount": mutates("SUPER ADMIN", {}, ({ accounts }, { accountId }, dry) =>
    accounts().suspendAccount({ accountId, etag: etagOf(dry) }),
  ),
  "AccountService/ActivateAccount": mutates("SUPER ADMIN", {}, ({ accounts }, { accountId }, dry) =>
    accounts().activateAccount({ accountId, etag: etagOf(dry) }),
  ),
  "AccountService/DeleteAccount": mutates("SUPER ADMIN", { needsAccount: true }, ({ accounts }, { accountId }, dry) =>
    accounts().deleteAccount({ accountId, etag: etagOf(dry), force: true }),
  ),
};

const KEY_RPCS: Rpcs = {
  "ApiKeyService/CreateApiKey": mutates(
    "ADMIN",
    { ...OF_USER, sparesSuperAdmins: true },
    ({ keys }, { accountId, userId }) => keys().createApiKey({ accountId, apiKey: { displayName: "Key", role: 1, userId } }),
  ),
  "ApiKeyService/GetApiKey": reads("ADMIN", OF_KEY, ({ keys }, { accountId, keyId: id }) =>
    keys().getApiKey({ accountId, id }),
  ),
  "ApiKeyService/ListApiKeys": reads("ADMIN", { account: "all" }, ({ keys }, { accountId }) =>
    keys().listApiKeys({ accountId }),
  ),
  "ApiKeyService/UpdateApiKey": mutates("ADMIN", CHANGES_KEY, ({ keys }, { accountId, keyId: id }) => {
    const apiKey = { id, displayName: "Changed" };
    return keys().updateApiKey({ accountId, apiKey, updateMask: { paths: ["display_name"] } });
  }),
  "ApiKeyService/RotateApiKey": mutates("ADMIN", CHANGES_KEY, ({ keys }, { accountId, keyId: id }) =>
    keys().rotateApiKey({ accountId, id }),
  ),
  "ApiKeyService/RevokeApiKey": mutates("ADMIN", CHANGES_KEY, ({ keys }, { accountId, keyId: id }) =>
    keys().revokeApiKey({ accountId, id }),
  ),
  "ApiKeyService/IssueNonce": reads("READER", { ...OF_NO_ACCOUNT, self: true }, ({ keys }) => keys().issueNonce({})),
  "ApiKeyService/WhoAmI": reads("READER", { ...OF_NO_ACCOUNT, self: true }, ({ keys }) => keys().whoAmI({})),
};

const AUDIT_RPCS: Rpcs = {
  "AuditService/ListAuditEntries": reads("ADMIN", {}, ({ audit }, { accountId }) => audit().listAuditEntries({ accountId })),
  "AuditService/WatchAuditEntries": reads("ADMIN", {}, ({ audit }, { accountId }) => firstMessage(audit(), { accountId })),
};

const USER_DATA_RPCS: Rpcs = {
  "UserDataService/ExportUserData": reads("ADMIN", OF_USER, ({ userData }, { accountId, userId: id }) =>
    all(userData().exportUserData({ accountId, id })),
  ),
};

const SERVER_RPCS: Rpcs = {
  "ServerService/GetServerInfo": reads("READER", { ...OF_NO_ACCOUNT, self: true }, ({ info }) => info().getServerInfo({})),
};

/** Every RPC of Roster. */
export const EVERY_RPC: Rpcs = {
  ...USER_RPCS,
  ...SESSION_RPCS,
  ...ACCOUNT_RPCS,
  ...KEY_RPCS,
  ...AUDIT_RPCS,
  ...USER_DATA_RPCS,
  ...SERVER_RPCS,
};

/** `UserService/GetUser` of `UserService/GetUser, by external id`. */
export function rpcName(name: string): string {
  return name.split(",", 1)[0] ?? name;
}
