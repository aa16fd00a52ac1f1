import type { User } from "@roster/client";
import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import type { SoakClient } from "../servers/seat.ts";

/** All users of the account, deleted ones too, as of one moment. */
export interface Stored {
  readonly revision: bigint;
  readonly users: ReadonlyMap<string, User>;
}

export async function readStored({ users }: SoakClient): Promise<Stored> {
  const found = new Map<string, User>();
  let revision = 0n;
  let count: bigint | undefined;
  for await (const message of users.listUsersChunked({ showDeleted: true, chunkSize: 2000 }, { timeoutMs: 0 })) {
    for (const user of message.users) found.set(user.id, user);
    ({ revision } = message);
    count = message.summary?.userCount;
  }
  if (count !== BigInt(found.size))
    throw new BrokenPromise(PROMISES.export, `${found.size} users came, the server counts ${count}`);
  return { revision, users: found };
}
