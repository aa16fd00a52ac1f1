import type { UserService } from "../../../gen/roster/v1/user_service_pb.js";
import type { AccountTransaction } from "../../directory/store/account-view.ts";
import type { Store } from "../../directory/store/store.ts";
import { deleteUsers, type Landed, purgeUsers, setUserStatuses, updateUsers } from "../../directory/users/batch.ts";
import type { RowFailure, TakenRows } from "../../directory/users/rows.ts";
import { userEtag } from "../../directory/users/user.ts";
import type { Handlers } from "../pipeline/call.ts";
import { mutate } from "../pipeline/mutation.ts";
import { type ParsedBatch, parseReferences, parseUpdates } from "./batch-rows.ts";
import { toReceipt } from "./purge-receipt.ts";
import { toFailures } from "./rows.ts";

type BatchMethod = Extract<keyof (typeof UserService)["method"], `batch${string}`>;

/** The batches. Nothing has to be said of whom their answers are about: they have ids and etags, but no values of users. */
export function batchHandlers(store: Store): Pick<Handlers<typeof UserService>, BatchMethod> {
  return {
    async batchUpdateUsers(request, call) {
      const parsed = parseUpdates(request, call);
      return mutate(store, request, call, async (tx) =>
        toResponse(tx, parsed, await updateUsers(tx, parsed.batch, parsed.rows)),
      );
    },

    async batchDeleteUsers(request, call) {
      const parsed = parseReferences(request, call);
      return mutate(store, request, call, async (tx) =>
        toResponse(tx, parsed, await deleteUsers(tx, parsed.batch, parsed.rows, request.allowMissing)),
      );
    },

    async batchPurgeUsers(request, call) {
      const parsed = parseReferences(request, call);
      return mutate(store, request, call, async (tx) => {
        const { landed, failures } = await purgeUsers(tx, parsed.batch, parsed.rows);
        return {
          receipts: landed.map(({ result }) => toReceipt(result.userId, tx, result)),
          ...toEnd(tx, [...parsed.failures, ...failures]),
        };
      });
    },

    async batchActivateUsers(request, call) {
      const parsed = parseReferences(request, call);
      return mutate(store, request, call, async (tx) =>
        toResponse(tx, parsed, await setUserStatuses(tx, parsed.batch, parsed.rows, "ACTIVE")),
      );
    },

    async batchSuspendUsers(request, call) {
      const parsed = parseReferences(request, call);
      return mutate(store, request, call, async (tx) =>
        toResponse(tx, parsed, await setUserStatuses(tx, parsed.batch, parsed.rows, "SUSPENDED")),
      );
    },
  };
}

function toResponse(tx: AccountTransaction, parsed: ParsedBatch<unknown>, { landed, failures }: TakenRows<Landed>) {
  return {
    users: landed.map(({ index, result: { user, changed } }) => ({
      index,
      changed,
      ...(user && { userId: user.id, etag: userEtag(user) }),
    })),
    changed: landed.filter(({ result }) => result.changed).length,
    ...toEnd(tx, [...parsed.failures, ...failures]),
  };
}

function toEnd({ revision }: AccountTransaction, failures: readonly RowFailure[]) {
  return { failures: toFailures(failures), revision: BigInt(revision) };
}
