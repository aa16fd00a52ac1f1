import { onTestFinished } from "vitest";
import { DEFAULT_ACCOUNT } from "../../src/directory/accounts/account.ts";
import type { AccountTransaction, AccountView } from "../../src/directory/store/account-view.ts";
import type { Origin, Store } from "../../src/directory/store/store.ts";
import type { NewUser } from "../../src/directory/store/users.ts";
import type { User } from "../../src/directory/users/user.ts";
import { USER_DEFAULTS } from "../../src/directory/users/user-fields.ts";
import { openTestStore, type TestOptions, type TestStore } from "./store.ts";

/** An account, and short ways to read and write it. */
export interface TestAccount {
  readonly id: string;
  read<T>(work: (view: AccountView) => Promise<T>): Promise<T>;
  scan<T>(work: (view: AccountView) => Promise<T>): Promise<T>;
  write<T>(work: (tx: AccountTransaction) => Promise<T>, origin?: Partial<Origin>): Promise<T>;
  /** Inserts a user in a transaction of its own, at the store: no rule of the domain is asked. */
  insert(values?: Partial<NewUser>): Promise<User>;
}

/** An empty store of the engine under test with the account `default`, closed when the test ends. */
export async function openTestAccount(given: Partial<TestOptions> = {}): Promise<TestStore & TestAccount> {
  const test = await openTestStore(given);
  onTestFinished(test.close);
  return { ...test, ...(await createTestAccount(test.store, DEFAULT_ACCOUNT)) };
}

export async function createTestAccount(store: Store, id: string): Promise<TestAccount> {
  await store.createAccount({ id, name: `Account ${id}`, slug: `account-${id}`, metadata: {} }, async () => true);
  return testAccount(store, id);
}

/** An account that is there already. */
export function testAccount(store: Store, id: string): TestAccount {
  const write: TestAccount["write"] = (work, origin) =>
    store.write({ accountId: id, apiKeyId: null, requestId: null, ...origin }, work);
  return {
    id,
    read: (work) => store.read(id, work),
    scan: (work) => store.scan(id, work),
    write,
    insert: (values) => write((tx) => tx.users.insert(newUser(tx, values))),
  };
}

export function newUser(tx: AccountTransaction, values: Partial<NewUser> = {}): NewUser {
  return { ...USER_DEFAULTS, id: tx.newId("U"), createTime: tx.now(), ...values };
}
