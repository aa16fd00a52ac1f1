import { openStore } from "../../src/db/open.ts";
import { DEFAULT_ACCOUNT } from "../../src/directory/accounts/account.ts";
import { RosterError } from "../../src/directory/errors.ts";
import type { AccountTransaction } from "../../src/directory/store/account-view.ts";
import type { Store } from "../../src/directory/store/store.ts";
import type { User } from "../../src/directory/users/user.ts";
import { USER_DEFAULTS } from "../../src/directory/users/user-fields.ts";
import { createSources } from "../support/sources.ts";
import type { Job } from "./other-servers.ts";

/** A program: `node other-server.ts <url> <job> <argument>`. */
const [url = "", job = "", argument = ""] = process.argv.slice(2);
const sources = createSources();

const JOBS: Record<Job, (store: Store) => Promise<void>> = {
  async open(store) {
    await store.ping();
    print("open");
  },

  /** Says whether the account was made here. */
  async createAccount(store) {
    const made = await store.createAccount(
      { id: DEFAULT_ACCOUNT, name: "Default", slug: DEFAULT_ACCOUNT, metadata: {} },
      insertUser,
    );
    print(made === undefined ? "taken" : "made");
  },

  /** Counts the user's `about` up so many times, each time from what is stored. */
  async count(store) {
    for (let times = Number(argument); times > 0; times -= 1) {
      await write(store, async ({ users }) => {
        const user = await users.find("counter");
        if (user !== undefined) await users.update(user, { ...user, about: `${Number(user.about) + 1}` });
      });
    }
  },

  /** Tries so many times, or without end, to insert a user; prints the id once the store says it is there, or why it is not. */
  async fill(store) {
    for (let times = Number(argument || Infinity); times > 0; times -= 1) {
      await tryToInsert(store);
    }
  },

  /** The same, ten at a time. */
  async fillTogether(store) {
    for (let times = Number(argument || Infinity); times > 0; times -= 10) {
      await Promise.all(Array.from({ length: 10 }, () => tryToInsert(store)));
    }
  },
};

async function tryToInsert(store: Store): Promise<void> {
  try {
    print((await write(store, insertUser)).id);
  } catch (error) {
    print(`failed ${error instanceof RosterError ? error.reason : error}`);
  }
}

function write<T>(store: Store, work: (tx: AccountTransaction) => Promise<T>): Promise<T> {
  return store.write({ accountId: DEFAULT_ACCOUNT, apiKeyId: null, requestId: null }, work);
}

function insertUser({ users, newId, now }: AccountTransaction): Promise<User> {
  return users.insert({ ...USER_DEFAULTS, id: newId("U"), createTime: now() });
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function isJob(name: string): name is Job {
  return name in JOBS;
}

if (!isJob(job)) {
  throw new Error(`there is no job ${job}`);
}
const store = await openStore(url, sources);
await JOBS[job](store);
await store.close();
