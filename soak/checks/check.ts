import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { SharedUsers } from "../ledger/shared-users.ts";
import type { Caller } from "../load/caller.ts";
import { demandSession } from "../load/sessions.ts";
import type { Desk } from "../load/work.ts";
import type { SoakDatabase } from "../servers/database.ts";
import type { Fleet } from "../servers/fleet.ts";
import type { AuditFollower } from "../streams/audit-follower.ts";
import type { Exporter } from "../streams/exporter.ts";
import type { Replica } from "../streams/replica.ts";
import { checkExport, checkRevisions, checkUsers } from "./ledger-check.ts";
import { checkSqliteFile } from "./sqlite-check.ts";
import { readStored, type Stored } from "./stored.ts";
import { checkAudit, checkFiltered, checkReplica } from "./stream-check.ts";
import { verify } from "./verify.ts";

export interface CheckParts {
  /** The file of `roster`. */
  readonly command: string;
  readonly fleet: Fleet;
  readonly database: SoakDatabase;
  readonly ledger: Ledger;
  readonly shared: SharedUsers;
  readonly desks: readonly Desk[];
  readonly exporter: Exporter;
  readonly everybody: Replica;
  readonly filtered: { readonly replica: Replica; readonly desk: Desk };
  readonly audit: AuditFollower;
  /** Who asks. */
  readonly caller: Caller;
}

export interface Comparisons {
  checks: number;
  users: number;
}

/** Holds everything against everything, while nobody writes. */
export async function checkAll(parts: CheckParts, done: Comparisons): Promise<void> {
  const { ledger, shared, fleet, caller, exporter, everybody, filtered, audit, desks } = parts;
  const stored = await caller.read("UserService/ListUsersChunked", readStored);
  done.users += checkUsers(ledger, shared, stored);
  checkRevisions(ledger, shared, stored);
  for (const finished of exporter.finished.splice(0)) done.users += checkExport(ledger, finished);
  done.users += await checkReplica(ledger, everybody, stored);
  done.users += await checkFiltered(ledger, filtered.replica, stored, (id) => isOf(filtered.desk, id, stored));
  const { entries } = await caller.read("AuditService/ListAuditEntries", (client) =>
    client.audit.listAuditEntries({ pageSize: 1 }),
  );
  await checkAudit(ledger, shared, audit, entries[0]?.sequence ?? 0n);
  await checkSessions(desks, caller);
  if (parts.database.engine === "sqlite") checkSqliteFile(parts.database.directUrl);
  await verify(parts.command, parts.database.directUrl);
  if (fleet.defects.length > 0) throw new BrokenPromise(PROMISES.errors, "a log tells of a defect", fleet.defects);
  ledger.checked();
  done.checks += 1;
}

function isOf({ caller }: Desk, id: string, { users }: Stored): boolean {
  return users.get(id)?.project === caller.name;
}

/** All sessions of live users, as their callers know them. */
async function checkSessions(desks: readonly Desk[], caller: Caller): Promise<void> {
  const found = await caller.read("SessionService/ListSessions", async ({ sessions }) => {
    const all = [];
    let pageToken = "";
    do {
      const page = await sessions.listSessions({ pageSize: 1000, pageToken });
      all.push(...page.sessions);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    return new Map(all.map((session) => [session.id, session]));
  });
  for (const desk of desks) {
    for (const session of desk.sessions.sessions.values()) {
      const record = desk.caller.ledger.record(session.userId);
      if (record.isLive && record.doubt === undefined) demandSession(desk, session, found.get(session.id));
    }
  }
}
