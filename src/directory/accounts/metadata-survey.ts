import { setImmediate } from "node:timers/promises";
import type { AccountTransaction, AccountView } from "../store/account-view.ts";
import type { Store } from "../store/store.ts";
import type { User } from "../users/user.ts";
import type { MetadataRule } from "./metadata-rules.ts";

/** Whom of an account's live users a rule finds fault with. */
export interface MetadataSurvey {
  /** At this revision of the account. */
  readonly revision: number;
  readonly count: number;
  /** Some of them. */
  readonly userIds: readonly string[];
}

const PAGE = 1_000;
const MAX_IDS = 10;

/** Looks at all users, a page at a time, and keeps nobody from writing. `assertAwaited` is called before each page. */
export async function surveyMetadata(
  store: Store,
  accountId: string,
  rule: MetadataRule,
  assertAwaited: () => void,
): Promise<MetadataSurvey> {
  const read: Read = (work) => {
    assertAwaited();
    return store.scan(accountId, work);
  };
  return catchUp(read, await surveyAll(read, rule), rule);
}

/** The survey as it is at the transaction's revision. What was written since it was made is little. */
export async function finishSurvey(
  tx: AccountTransaction,
  survey: MetadataSurvey,
  rule: MetadataRule,
): Promise<MetadataSurvey> {
  const read: Read = (work) => work(tx);
  const reachesBack = tx.account.historyFloor <= survey.revision;
  return reachesBack ? catchUp(read, survey, rule) : surveyAll(read, rule);
}

type Read = <T>(work: (view: AccountView) => Promise<T>) => Promise<T>;

/** The users at one revision, as an export has them. Begins anew if the history no longer reaches back to it. */
async function surveyAll(read: Read, rule: MetadataRule): Promise<MetadataSurvey> {
  const start = (revision: number) => ({ revision, count: 0, userIds: [] });
  let survey: MetadataSurvey | undefined;
  for (let after = ""; ; await setImmediate()) {
    const { account, page } = await read(async ({ account, users }) => {
      survey ??= start(account.revision);
      return { account, page: await users.listAt(survey.revision, after, PAGE) };
    });
    if (survey === undefined || account.historyFloor > survey.revision) {
      survey = undefined;
      after = "";
      continue;
    }
    const broken = page.filter(({ state }) => breaks(state, rule)).map(({ id }) => id);
    survey = add(survey, broken);
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) {
      return survey;
    }
    after = last.id;
  }
}

/**
 * Counts what has changed since the survey. A user that was purged meanwhile has left nothing that tells whether it was counted: it
 * still is, if it was.
 */
async function catchUp(read: Read, survey: MetadataSurvey, rule: MetadataRule): Promise<MetadataSurvey> {
  for (let current = survey; ; await setImmediate()) {
    const { changes, done } = await read((view) => view.changes.list(current.revision, { limit: PAGE, withBefore: true }));
    for (const { userId, user, before, revision } of changes) {
      const [was, is] = [breaks(before, rule), breaks(user, rule)];
      const others = { ...current, userIds: current.userIds.filter((id) => id !== userId), revision };
      current = add(was ? { ...others, count: others.count - 1 } : others, is ? [userId] : []);
    }
    if (done) {
      return current;
    }
  }
}

function breaks(user: User | null, rule: MetadataRule): boolean {
  return user?.deleteTime === null && rule(user.metadata).length > 0;
}

function add({ revision, count, userIds }: MetadataSurvey, ids: readonly string[]): MetadataSurvey {
  const room = Math.max(0, MAX_IDS - userIds.length);
  return { revision, count: count + ids.length, userIds: [...userIds, ...ids.slice(0, room)] };
}
