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
  const kept = given.meter === undefined ? engine?.() : undefined;
  const opened = await open(url, given, (sources, options) =>
    kept === undefined ? openStore(url, sources, options) : openStoreOn(kept, sources, options),
  );
  return {
    ...opened,
    async close() {
      await opened.close();
      await remove();
    },
  };
}

/** The same database once more, as another server would open it. */
export function reopenTestStore(
  url: string,
  given: Partial<TestOptions> = {},
  commitEventBus?: CommitEventBus,
): Promise<TestStore> {
  return open(url, given, (sources, options) => openStore(url, sources, { ...options, commitEventBus }));
}

async function open(
  url: string,
  { indexedMetadata = [], meter, ...sourcesGiven }: Partial<TestOptions>,
  openWith: (sources: Sources, options: Partial<StoreOptions>) => Promise<Store>,
): Promise<TestStore> {
  const sources = createSources(sourcesGiven);
  const store = await openWith(sources, { indexedMetadata, meter });
  return { store, sources, url, close: () => store.close() };
}
