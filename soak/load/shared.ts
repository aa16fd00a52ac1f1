import { MetadataUpdate } from "@roster/client";
import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import type { SharedUser, SharedUsers } from "../ledger/shared-users.ts";
import type { Desk, Work } from "./work.ts";

/** Calls by which all callers write the same users at once. */
export function sharedWork(shared: SharedUsers): readonly Work[] {
  const pick = ({ caller }: Desk): SharedUser | undefined => shared.users[caller.random.below(shared.users.length)];
  return [
    {
      methods: ["UserService/CreateUser"],
      weight: 3,
      do: async (desk) => {
        const user = pick(desk);
        if (user !== undefined) await getOrCreate(desk, user);
      },
    },
    {
      methods: ["UserService/UpdateUser"],
      weight: 6,
      do: async (desk) => {
        const user = pick(desk);
        if (user?.id !== undefined && !user.doubters.has(desk.caller.name)) await count(desk, user, user.id);
      },
    },
  ];
}

async function getOrCreate({ caller }: Desk, shared: SharedUser): Promise<void> {
  const { externalId } = shared;
  const { answer, requestId } = await caller.mutate({
    method: "UserService/CreateUser",
    call: ({ users }, id) => users.createUser({ user: { externalId, name: "Shared" }, requestId: id }),
  });
  if (answer?.user === undefined) return;
  caller.saw("UserService/CreateUser", answer.revision);
  if (answer.created) caller.ledger.transaction(answer.revision, [answer.user.id], requestId);
  shared.id ??= answer.user.id;
  if (shared.id !== answer.user.id) {
    throw new BrokenPromise(PROMISES.external, `${externalId} is user ${shared.id}, and then ${answer.user.id}`);
  }
}

async function count({ caller }: Desk, shared: SharedUser, id: string): Promise<void> {
  const next = (shared.counts.get(caller.name) ?? 0) + 1;
  const request = { user: { id, metadata: { [caller.name]: next } }, metadataUpdate: MetadataUpdate.MERGE };
  const { answer, requestId } = await caller.mutate({
    method: "UserService/UpdateUser",
    call: ({ users }, givenId) => users.updateUser({ ...request, requestId: givenId }),
  });
  if (answer === undefined) {
    shared.doubters.add(caller.name);
    return;
  }
  caller.saw("UserService/UpdateUser", answer.revision);
  caller.ledger.transaction(answer.revision, [id], requestId);
  shared.merges += 1;
  shared.counts.set(caller.name, next);
  if (answer.user?.metadata?.[caller.name] !== next) {
    throw new BrokenPromise(PROMISES.updates, `a merge into ${id} answers without what it has merged`);
  }
}
