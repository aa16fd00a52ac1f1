import { constants, copyFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { openStore } from "../../src/db/open.ts";
import { DEFAULT_ACCOUNT } from "../../src/directory/accounts/account.ts";
import { bootstrap } from "../../src/directory/accounts/bootstrap.ts";
import type { Sources, Store } from "../../src/directory/store/store.ts";
import { createClock } from "../../src/directory/values/clock.ts";
import { createIdSource } from "../../src/directory/values/id.ts";
import { createMetadataRules } from "../../src/metadata/metadata-rules.ts";
import { userEncoder } from "../../src/rpc/users/user-encoder.ts";
import { databaseIn } from "./servers.ts";
import { createMaker } from "./users.ts";

/** On whose behalf the measurements write by themselves. */
export const ORIGIN = { accountId: DEFAULT_ACCOUNT, apiKeyId: null, requestId: null };

export const SOURCES: Sources = {
  clock: createClock(),
  newId: createIdSource(),
  encoder: userEncoder,
  metadataRules: createMetadataRules(),
};

const BATCH = 25_000;

/** Fills a database by Roster's own store, so that rows are what Roster writes. The key is an ADMIN's. */
export async function fillDatabase(url: string, secret: string, users: number): Promise<void> {
  const store = await openStore(url, SOURCES);
  try {
    await bootstrap(store, secret);
    const { values } = createMaker();
    for (let from = 0; from < users; from += BATCH) {
      await insert(store, Math.min(BATCH, users - from), (index) => values(from + index));
    }
  } finally {
    await store.close();
  }
}

function insert(store: Store, count: number, values: ReturnType<typeof createMaker>["values"]): Promise<void> {
  return store.write(ORIGIN, async (tx) => {
    for (let index = 0; index < count; index += 1) {
      await tx.users.insert({ ...values(index), id: tx.newId("U"), createTime: tx.now() });
    }
  });
}

/** Nobody may have the original open. */
export function copyDatabase(from: string, to: string): void {
  mkdirSync(dirname(databaseIn(to)), { recursive: true });
  copyFileSync(databaseIn(from), databaseIn(to), constants.COPYFILE_FICLONE);
}
