import { create } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { expect, test } from "vitest";
import { type User, type UserChange, UserChangeSchema, UserChangeType, UserSchema } from "../../gen/roster/v1/user_pb.js";
import { checkExport, checkRevisions, checkUsers } from "../../soak/checks/ledger-check.ts";
import { Ledger } from "../../soak/ledger/ledger.ts";
import { SharedUsers } from "../../soak/ledger/shared-users.ts";
import { allWork } from "../../soak/load/callers.ts";
import { METHODS } from "../../soak/load/methods.ts";
import { Replica } from "../../soak/streams/replica.ts";
import { Timeline } from "../../soak/timeline.ts";

/** The soak is a test: these are tests of it. Each hands it a promise that was not kept. */
const NOBODY = new SharedUsers(0);

const user = (id: string, version: number, about = ""): User => create(UserSchema, { id, version: BigInt(version), about });

const storing = (revision: number, ...users: User[]) => ({
  revision: BigInt(revision),
  users: new Map(users.map((one) => [one.id, one])),
});

/** One user that was created and changed; the first transaction made the account. */
function openLedger() {
  const ledger = new Ledger(new Timeline());
  const ada = ledger.record("ada");
  ledger.changed(ada, "CreateUser", "r1", user("ada", 1), 2n, { version: 1n });
  ledger.changed(ada, "UpdateUser", "r2", user("ada", 2, "new"), 3n, { version: 2n, about: "new" });
  return { ledger, ada };
}

test("what was acknowledged and is not stored is told, with the history of the user", () => {
  const { ledger } = openLedger();
  expect(checkUsers(ledger, NOBODY, storing(3, user("ada", 2, "new")))).toBe(1);
  for (const stored of [storing(3), storing(3, user("ada", 1)), storing(3, user("ada", 2, "other"))]) {
    expect(() => checkUsers(ledger, NOBODY, stored)).toThrow(/on the disk: ada: stored is/);
  }
  expect(ledger.historyOf(ledger.record("ada")).join("\n")).toMatch(
    /CreateUser r1: revision 2[\s\S]*UpdateUser r2: revision 3/,
  );
});

test("what nobody has created is told", () => {
  const { ledger } = openLedger();
  expect(() => checkUsers(ledger, NOBODY, storing(3, user("ada", 2, "new"), user("eve", 1)))).toThrow(
    /nobody has created .*eve/,
  );
});

test("a call without an answer has happened or has not, and does not change its mind", () => {
  const { ledger, ada } = openLedger();
  ledger.doubted(ada, "UpdateUser", "r3", { version: 3n, about: "maybe" });
  checkUsers(ledger, NOBODY, storing(3, user("ada", 2, "new")));
  expect(() => checkUsers(ledger, NOBODY, storing(4, user("ada", 3, "half")))).toThrow(/ada/);
  checkUsers(ledger, NOBODY, storing(4, user("ada", 3, "maybe")));
  expect(() => checkUsers(ledger, NOBODY, storing(3, user("ada", 2, "new")))).toThrow(/ada/);
});

test("half a batch is told", () => {
  const { ledger, ada } = openLedger();
  const kay = ledger.record("kay");
  const to = { version: 3n, about: "both" };
  ledger.doubtedTogether(new Map([[ada, to]]).set(kay, { version: 1n, about: "both" }), "ImportUsers", "r3");
  checkUsers(ledger, NOBODY, storing(3, user("ada", 2, "new")));
  expect(() => checkUsers(ledger, NOBODY, storing(4, user("ada", 3, "both")))).toThrow(/1 of 2 rows/);
});

test("revisions that are given twice, that are lost and that nobody knows are told", () => {
  const { ledger, ada } = openLedger();
  checkRevisions(ledger, NOBODY, storing(3));
  expect(() => checkRevisions(ledger, NOBODY, storing(2))).toThrow(/revision 3 was acknowledged, the account is at 2/);
  expect(() => checkRevisions(ledger, NOBODY, storing(4))).toThrow(/the account is at 4, by the ledger at 3/);
  expect(() => ledger.changed(ada, "UpdateUser", "r3", user("ada", 3), 3n, { version: 3n })).toThrow(/given to two/);
});

test("an export that shows another moment is told", () => {
  const { ledger, ada } = openLedger();
  const exported = (version: number) => new Map([["ada", { version: BigInt(version), etag: "" }]]);
  const at = (revision: number, version: number) =>
    checkExport(ledger, { revision: BigInt(revision), showDeleted: false, users: exported(version) });
  expect(at(2, 1)).toBe(1);
  expect(() => at(2, 2)).toThrow(/at revision 2 it had version 1, delivered was 2/);
  expect(() => checkExport(ledger, { revision: 3n, showDeleted: false, users: new Map() })).toThrow(/delivered was 0/);
  ledger.changed(ada, "PurgeUser", "r3", undefined, 4n, { version: 0n });
  expect(checkExport(ledger, { revision: 3n, showDeleted: false, users: new Map() })).toBe(1);
});

test("a deleted user belongs into exports of deleted users only", () => {
  const { ledger, ada } = openLedger();
  const deleted = create(UserSchema, { id: "ada", version: 3n, deleteTime: create(TimestampSchema, { seconds: 1n }) });
  ledger.changed(ada, "DeleteUser", "r3", deleted, 4n, { version: 3n, deleted: true });
  const users = new Map([["ada", { version: 3n, etag: "" }]]);
  expect(checkExport(ledger, { revision: 4n, showDeleted: true, users })).toBe(1);
  expect(() => checkExport(ledger, { revision: 4n, showDeleted: false, users })).toThrow(/delivered was 3/);
});

test("a watch that leaves out a change, or tells one again, is told", () => {
  const change = (revision: number, version: number): UserChange =>
    create(UserChangeSchema, {
      type: version === 1 ? UserChangeType.CREATED : UserChangeType.UPDATED,
      ...{ userId: "ada", version: BigInt(version), revision: BigInt(revision), user: user("ada", version) },
    });
  const replica = new Replica("a replica");
  replica.apply([change(1, 1)]);
  expect(() => replica.apply([change(1, 1)])).toThrow(/it comes after revision 1/);
  expect(() => replica.apply([change(3, 3)])).toThrow(/a change before it is missing/);
  replica.apply([change(4, 2)]);
  expect(replica.missing()).toEqual([2n, 3n]);
});

test("callers, exports and watches make every call that there is", () => {
  const made = new Set<string>(allWork(NOBODY).flatMap(({ methods }) => methods));
  const streamed = ["UserService/ListUsersChunked", "UserService/WatchUsers", "AuditService/WatchAuditEntries"];
  expect([...METHODS.keys()].filter((name) => !made.has(name))).toEqual(expect.arrayContaining(streamed));
  expect([...METHODS.keys()].filter((name) => !made.has(name) && !streamed.includes(name))).toEqual([]);
});
