import { Database } from "../database.ts";
import { migrate, pendingMigrations } from "../migrations/migrate.ts";
import { withEngine } from "../open-engine.ts";
import { DatabaseTooOld } from "../problem.ts";
import { assertSound, copyMoment, withoutLog } from "../sqlite/backup.ts";
import { copyRows } from "./copy.ts";
import { fillWords } from "./fill-words.ts";
import { makeNewFile } from "./new-file.ts";

/** A copy of a large database takes longer than any call may. */
const LIMITS = { poolSize: 2, statementTimeoutMs: 0 };

/**
 * Writes what a database holds at one moment to a new file, which is a SQLite database, whatever the engine. Servers go on meanwhile.
 * Throws a DatabaseProblem.
 */
export async function backUpDatabase(url: string, file: string): Promise<void> {
  await makeNewFile(file, async (draft) => {
    await (url.startsWith("sqlite:") ? copyMoment(url.slice("sqlite:".length), draft) : copyRowsOf(url, draft));
    withoutLog(draft);
    assertSound(draft);
  });
}

async function copyRowsOf(url: string, draft: string): Promise<void> {
  await withEngine(
    url,
    async (source) => {
      const pending = await pendingMigrations(source);
      if (pending.length > 0) {
        throw new DatabaseTooOld(pending);
      }
      await withEngine(`sqlite:${draft}`, async (target) => {
        await migrate(target);
        await new Database(source).snapshot("reader", (from) =>
          copyRows(from, { reader: target.reader, writer: target.writer }),
        );
        await fillWords(new Database(target));
      });
    },
    { limits: LIMITS },
  );
}
