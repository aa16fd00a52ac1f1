import { setTimeout } from "node:timers/promises";
import Database from "better-sqlite3";
import { openStore } from "../../src/db/open.ts";
import type { Store } from "../../src/directory/store/store.ts";
import { updateUser } from "../../src/directory/users/users.ts";
import { ORIGIN, SOURCES } from "../harness/database.ts";
import { atMost } from "../harness/outcome.ts";
import { interleave } from "../harness/rounds.ts";
import { databaseIn, ROSTER, type Server } from "../harness/servers.ts";
import { number } from "../harness/table.ts";
import type { Work } from "../harness/world.ts";
import { EXPORT_ROUNDS, exportSeconds, tryExport } from "./export.ts";

const WRITES_PER_SECOND = 200;
const VICTIMS = 1000;

/**
 * The writer is another process on the same database: what it costs to write would otherwise be counted as a cost of the export,
 * since the server has one core.
 */
export const exportWhileWriting: Work = {
  name: "export-while-writing",
  async run(world) {
    const { [ROSTER]: roster } = await world.servers();
    const call = await tryExport(roster, world);
    const [quiet, busy] = ["nobody writes", `${WRITES_PER_SECOND} writes a second`] as const;
    const samples = await interleave(EXPORT_ROUNDS, {
      [busy]: () => whileWriting(roster, () => exportSeconds(call, roster)),
      [quiet]: () => exportSeconds(call, roster),
    });
    const milliseconds = Object.entries(samples).map(([name, values]) => [name, values.map((value) => value * 1000)]);
    const work = `ListUsersChunked, gRPC, ${number(world.users)} users, with ${busy} by others`;
    const verdicts = [atMost(1.15, "an idle one", samples[busy], samples[quiet])];
    return [{ work, unit: "ms", samples: Object.fromEntries(milliseconds), verdicts }];
  },
};

async function whileWriting<T>({ folder }: Server, measure: () => Promise<T>): Promise<T> {
  const store = await openStore(`sqlite:${databaseIn(folder)}`, SOURCES);
  const ending = new AbortController();
  const writing = write(store, pickIds(folder), ending.signal);
  try {
    return await measure();
  } finally {
    ending.abort();
    await writing;
    await store.close();
  }
}

/** Users from all over the list, one change a transaction. */
async function write(store: Store, ids: readonly string[], signal: AbortSignal): Promise<void> {
  const start = performance.now();
  for (let count = 0; !signal.aborted; count += 1) {
    const id = ids[Math.floor(Math.random() * ids.length)] ?? "";
    const name = { displayName: `Ada the ${count}th of ${Math.random()}` };
    const options = { metadataUpdate: "REPLACE", etag: "" } as const;
    await store.write(ORIGIN, (tx) => updateUser(tx, { superAdmin: false, role: "WRITER" }, id, name, options));
    await setTimeout(Math.max(0, start + (count * 1000) / WRITES_PER_SECOND - performance.now()));
  }
}

function pickIds(folder: string): string[] {
  const database = new Database(databaseIn(folder), { readonly: true });
  const { last } = database.prepare<[], { last: number }>("select max(rowid) as last from users").get() ?? { last: 0 };
  const pick = database.prepare<[number], { id: string }>(
    "select id from users where rowid >= ? and super_admin = 0 limit 1",
  );
  const ids = Array.from({ length: VICTIMS }, (_, index) => pick.get(Math.floor((last * index) / VICTIMS))?.id ?? "");
  database.close();
  return ids;
}
