import type { Message } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import type { Status } from "../../../gen/google/rpc/status_pb.js";
import type { AccountTransaction } from "../../directory/store/account-view.ts";

/** Tells the audit log of the rows of a batch that the caller may not write: in the batch's own transaction, all in one entry. */
export function noteRefusedRows(tx: AccountTransaction, response: Message): void {
  const refused = failuresOf(response).flatMap(({ status }) => (status?.code === Code.PermissionDenied ? [status] : []));
  const [first] = refused;
  if (first !== undefined) {
    const { length: count } = refused;
    tx.noteRefusal({ resource: "USER", resourceId: null, userId: null, count, refusal: first.message });
  }
}

/** By that name, answers of batches have the rows that failed. */
function failuresOf(response: Message): ReadonlyArray<{ readonly status?: Status }> {
  const failures: unknown = Reflect.get(response, "failures");
  return Array.isArray(failures) ? failures : [];
}
