import type { Sources, Store } from "../directory/store.ts";
import { migrate } from "./migrate.ts";
import { openSqlite } from "./sqlite.ts";
import { KyselyStore } from "./store.ts";

export { DatabaseTooNew } from "./migrate.ts";

/** Opens the database at `url` (`sqlite:path`), brought up to date. */
export async function openStore(url: string, sources: Sources): Promise<Store> {
  const engine = await openSqlite(url.slice("sqlite:".length));
  try {
    await migrate(engine);
  } catch (error) {
    await engine.close();
    throw error;
  }
  return new KyselyStore(engine, sources);
}
