import type { Engine } from "../../src/db/engine.ts";
import { openStore, openStoreOn, type StoreOptions } from "../../src/db/open.ts";
import type { CommitEventBus } from "../../src/directory/store/commit-event.ts";
import type { Sources, Store } from "../../src/directory/store/store.ts";
import { createDatabase } from "./database.ts";
import { createSources } from "./sources.ts";

export interface TestStore {
  readonly store: Store;
  readonly sources: Sources;
  readonly url: string;
  close(): Promise<void>;
}

export type TestOptions = Sources & Pick<StoreOptions, "indexedMetadata" | "meter">;

/** An empty, migrated database of the engine under test. Whoever opens it closes it. */
export async function openTestStore(given: Partial<TestOptions> = {}): Promise<TestStore> {
  const { url, engine, remove } = await createDatabase();
  // What is told to a meter is told by an engine of its own.
  const isOwn = engine === undefined || given.meter !== undefined;
  const opened = isOwn ? await reopenTestStore(url, given) : await openOn(engine(), url, given);
  return {
    ...opened,
    async close() {
      await opened.close();
      await remove();
    },
  };
}

/** The same database once more, as another server would open it. */
export async function reopenTestStore(
  url: string,
  given: Partial<TestOptions> = {},
  commitEventBus?: CommitEventBus,
): Promise<TestStore> {
  const { indexedMetadata = [], meter, ...sourcesGiven } = given;
  const sources = createSources(sourcesGiven);
  const store = await openStore(url, sources, { commitEventBus, indexedMetadata, meter });
  return { store, sources, url, close: () => store.close() };
}

async function openOn(engine: Engine, url: string, given: Partial<TestOptions>): Promise<TestStore> {
  const { indexedMetadata = [], ...sourcesGiven } = given;
  const sources = createSources(sourcesGiven);
  const store = await openStoreOn(engine, sources, { indexedMetadata });
  return { store, sources, url, close: () => store.close() };
}
