import { ImportMode } from "../../../../gen/roster/v1/user_service_pb.js";
import { takeChanges } from "../../changes/watcher.ts";
import { all } from "../../setup.ts";
import { etagOf, mutates, oneRow, type Rpcs, reads, type Target } from "./rpc.ts";

const about = "changed";

const FINDS = { names: "user", self: true } as const;
const CHANGES = { names: "user", sparesSuperAdmins: true } as const;
const CHANGES_OWN = { ...CHANGES, self: true } as const;
const PUTS = { ...CHANGES, missing: "answered" } as const;

export const USER_RPCS: Rpcs = {
  "UserService/CreateUser": mutates("WRITER", {}, ({ users }, { accountId, userId }, validateOnly) =>
    users().createUser({ accountId, userId, user: { about }, validateOnly }),
  ),
  "UserService/UpsertUser": mutates("WRITER", PUTS, ({ users }, { accountId, userId }, validateOnly) =>
    users().upsertUser({ accountId, user: { id: userId, about }, validateOnly }),
  ),
  "UserService/UpsertUser, by external id": mutates("WRITER", PUTS, ({ users }, { accountId, externalId }, validateOnly) =>
    users().upsertUser({ accountId, user: { externalId, about }, validateOnly }),
  ),
  "UserService/GetUser": reads("READER", FINDS, ({ users }, { accountId, userId }) =>
    users().getUser({ accountId, key: { case: "id", value: userId } }),
  ),
  "UserService/GetUser, by external id": reads("READER", FINDS, ({ users }, { accountId, externalId }) =>
    users().getUser({ accountId, key: { case: "externalId", value: externalId } }),
  ),
  "UserService/GetUser, by e-mail address": reads("READER", FINDS, ({ users }, { accountId, email }) =>
    users().getUser({ accountId, key: { case: "email", value: email }, readMask: { paths: ["id"] } }),
  ),
  "UserService/LookupUsers": reads("READER", {}, ({ users }, { accountId, userId }) =>
    users().lookupUsers({ accountId, keys: [{ key: { case: "id", value: userId } }] }),
  ),
  "UserService/UpdateUser": mutates("WRITER", CHANGES_OWN, ({ users }, { accountId, userId }, validateOnly) =>
    users().updateUser({ accountId, user: { id: userId, about }, validateOnly }),
  ),
  "UserService/UpdateUser, with an etag": mutates("WRITER", CHANGES_OWN, ({ users }, { accountId, userId }, dry) =>
    users().updateUser({ accountId, user: { id: userId, about, etag: etagOf(dry) } }),
  ),
  "UserService/DeleteUser": mutates("WRITER", CHANGES, ({ users }, { accountId, userId: id }, dry) =>
    users().deleteUser({ accountId, id, etag: etagOf(dry) }),
  ),
  "UserService/DeleteUser, missing or not": mutates("WRITER", PUTS, ({ users }, { accountId, userId: id }, dry) =>
    users().deleteUser({ accountId, id, etag: etagOf(dry), allowMissing: true }),
  ),
  "UserService/UndeleteUser": mutates("WRITER", CHANGES, ({ users }, { accountId, userId: id }, dry) =>
    users().undeleteUser({ accountId, id, etag: etagOf(dry) }),
  ),
  "UserService/PurgeUser": mutates("WRITER", CHANGES, ({ users }, { accountId, userId: id }, dry) =>
    users().purgeUser({ accountId, id, etag: etagOf(dry) }),
  ),
  "UserService/ActivateUser": mutates("WRITER", CHANGES, ({ users }, { accountId, userId: id }, dry) =>
    users().activateUser({ accountId, id, etag: etagOf(dry) }),
  ),
  "UserService/SuspendUser": mutates("WRITER", CHANGES, ({ users }, { accountId, userId: id }, dry) =>
    users().suspendUser({ accountId, id, etag: etagOf(dry) }),
  ),
  "UserService/ListUsers": reads("READER", { account: "all" }, ({ users }, { accountId }) =>
    users().listUsers({ accountId }),
  ),
  "UserService/ListUsersChunked": reads("READER", { account: "all" }, ({ users }, { accountId }) =>
    all(users().listUsersChunked({ accountId })),
  ),
  "UserService/WatchUsers": reads("READER", { self: true }, ({ users }, { accountId }) =>
    takeChanges(users(), { accountId }, 1),
  ),
  "UserService/WatchUsers, from the initial state": reads("READER", {}, ({ users }, { accountId }) =>
    takeChanges(users(), { accountId, start: { case: "withInitialState", value: true } }, 1),
  ),
  "UserService/ListUserChanges": reads("READER", { self: true }, ({ users }, { accountId }) =>
    users().listUserChanges({ accountId }),
  ),
  "UserService/ImportUsers": mutates("WRITER", {}, ({ users }, { accountId, userId: id }, validateOnly) =>
    oneRow(users().importUsers({ accountId, users: [{ id, about }], validateOnly })),
  ),
  "UserService/ImportUsers, skipping": mutates("WRITER", {}, ({ users }, { accountId, userId: id }, validateOnly) =>
    oneRow(users().importUsers({ accountId, users: [{ id, about }], mode: ImportMode.SKIP_EXISTING, validateOnly })),
  ),
  "UserService/ImportUsers, upserting": mutates("WRITER", PUTS, ({ users }, { accountId, userId: id }, validateOnly) =>
    oneRow(users().importUsers({ accountId, users: [{ id, about }], mode: ImportMode.UPSERT, validateOnly })),
  ),
  "UserService/ImportUsers, upserting by external id": mutates(
    "WRITER",
    PUTS,
    ({ users }, { accountId, externalId }, validateOnly) =>
      oneRow(users().importUsers({ accountId, users: [{ externalId, about }], mode: ImportMode.UPSERT, validateOnly })),
  ),
  "UserService/BatchUpdateUsers": mutates("WRITER", CHANGES, ({ users }, { accountId, userId: id }, validateOnly) =>
    oneRow(users().batchUpdateUsers({ accountId, updates: [{ user: { id, about } }], validateOnly })),
  ),
  "UserService/BatchUpdateUsers, atomic and by e-mail address": mutates(
    "WRITER",
    CHANGES,
    ({ users }, { accountId, email }, validateOnly) =>
      users().batchUpdateUsers({
        accountId,
        updates: [{ key: { key: { case: "email", value: email } }, user: { about } }],
        atomic: true,
        validateOnly,
      }),
  ),
  "UserService/BatchDeleteUsers": mutates("WRITER", CHANGES, ({ users }, target, validateOnly) =>
    oneRow(users().batchDeleteUsers({ ...only(target), validateOnly })),
  ),
  "UserService/BatchDeleteUsers, missing or not": mutates("WRITER", PUTS, ({ users }, target, validateOnly) =>
    oneRow(users().batchDeleteUsers({ ...only(target), allowMissing: true, validateOnly })),
  ),
  "UserService/BatchPurgeUsers": mutates("WRITER", CHANGES, ({ users }, target, validateOnly) =>
    oneRow(users().batchPurgeUsers({ ...only(target), validateOnly })),
  ),
  "UserService/BatchActivateUsers": mutates("WRITER", CHANGES, ({ users }, target, validateOnly) =>
    oneRow(users().batchActivateUsers({ ...only(target), validateOnly })),
  ),
  "UserService/BatchSuspendUsers": mutates("WRITER", CHANGES, ({ users }, target, validateOnly) =>
    oneRow(users().batchSuspendUsers({ ...only(target), validateOnly })),
  ),
};

/** A batch of one user. */
function only({ accountId, userId }: Target) {
  return { accountId, users: [{ key: { key: { case: "id" as const, value: userId } } }] };
}
