import type { Check } from "./check.ts";
import { INDEXES } from "./indexes.ts";

/** What the engine says of itself, and whether each index of the schema is there and valid. */
export async function verifyStorage({ db, engine, findings }: Check): Promise<void> {
  const { damages, notes } = await engine.examination.examine(db);
  for (const damage of damages) findings.add("storage", null, damage);
  findings.notes.push(...notes);
  const strays = await engine.words.countStrays(db);
  if (strays > 0) findings.add("words", null, `the index has words of ${strays} who are no users`);
  const found = new Map((await engine.examination.listIndexes(db)).map(({ name, valid }) => [name, valid]));
  for (const name of INDEXES) {
    if (!found.has(name)) findings.add("storage", null, `index ${name} is missing`);
  }
  for (const [name, valid] of found) {
    if (!valid) findings.add("storage", null, `index ${name} is not valid: it was broken off in the making; drop it`);
  }
}
