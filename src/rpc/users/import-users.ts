import type { MessageInitShape } from "@bufbuild/protobuf";
import { UserSchema } from "../../../gen/roster/v1/user_pb.js";
import {
  ImportMode,
  type ImportUsersRequest,
  type ImportUsersResponseSchema,
  type UserService,
} from "../../../gen/roster/v1/user_service_pb.js";
import type { Store } from "../../directory/store/store.ts";
import { importUsers as importRows } from "../../directory/users/import.ts";
import type { Call } from "../pipeline/call.ts";
import { mutate } from "../pipeline/mutation.ts";
import { parseRows, toFailures } from "./rows.ts";
import { parseUser } from "./user-message.ts";

type Method = (typeof UserService)["method"]["importUsers"];

const MODES = {
  [ImportMode.UNSPECIFIED]: "CREATE_ONLY",
  [ImportMode.CREATE_ONLY]: "CREATE_ONLY",
  [ImportMode.UPSERT]: "UPSERT",
  [ImportMode.SKIP_EXISTING]: "SKIP_EXISTING",
} as const;

export async function importUsers(
  store: Store,
  request: ImportUsersRequest,
  call: Call<Method>,
): Promise<MessageInitShape<typeof ImportUsersResponseSchema>> {
  const parse = (user: ImportUsersRequest["users"][number], index: number) => ({
    index,
    user: parseUser(user),
    etag: user.etag,
  });
  const { rows, failures } = parseRows(UserSchema, request.users, parse, "user.");
  return mutate(store, request, call, async (tx) => {
    const { created, updated, skipped, ...result } = await importRows(tx, call.caller, rows, MODES[request.mode]);
    return {
      created,
      updated,
      skipped,
      failures: toFailures([...failures, ...result.failures]),
      revision: BigInt(tx.revision),
    };
  });
}
