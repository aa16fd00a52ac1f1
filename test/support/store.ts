import { openStore } from "../../src/db/index.ts";
import { createClock } from "../../src/directory/clock.ts";
import { createIdSource } from "../../src/directory/id.ts";
import type { Peers } from "../../src/directory/peers.ts";
import type { Sources, Store } from "../../src/directory/store.ts";
import { createDatabase } from "./database.ts";

export interface TestStore {
  readonly store: Store;
  readonly sources: Sources;
  readonly url: string;
  close(): Promise<void>;
}

/** An empty, migrated database of the engine under test. Whoever opens it closes it. */
export async function openTestStore(given: Partial<Sources> = {}): Promise<TestStore> {
  const { url, remove } = await createDatabase();
  const opened = await reopenTestStore(url, given);
  return {
    ...opened,
    async close() {
      await opened.close();
      await remove();
    },
  };
}

/** The same database once more, as another server would open it. */
export async function reopenTestStore(url: string, given: Partial<Sources> = {}, peers?: Peers): Promise<TestStore> {
  const sources: Sources = { clock: createClock(), newId: createIdSource(), ...given };
  const store = await openStore(url, sources, { peers });
  return { store, sources, url, close: () => store.close() };
}
