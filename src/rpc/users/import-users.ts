import type { MessageInitShape } from "@bufbuild/protobuf";
import { UserSchema } from "../../../gen/roster/v1/user_pb.js";
import {
  ImportMode,
  type ImportUsersRequest,
  type ImportUsersResponseSchema,
  type UserService,
} from "../../../gen/roster/v1/user_service_pb.js";
import { RosterError } from "../../directory/errors.ts";
import type { Store } from "../../directory/store/store.ts";
import { type ImportRow, importUsers as importRows } from "../../directory/users/import.ts";
import { toStatus } from "../errors.ts";
import type { Call } from "../pipeline/call.ts";
import { mutate } from "../pipeline/mutation.ts";
import { validate } from "../pipeline/validate.ts";
import { parseUser } from "./user-message.ts";

type Method = (typeof UserService)["method"]["importUsers"];
type Failure = { readonly index: number; readonly error: RosterError };

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
  const { rows, failures } = parseRows(request.users);
  return mutate(store, request, call, async (tx) => {
    const result = await importRows(tx, call.caller, rows, MODES[request.mode]);
    const { created, updated, skipped } = result;
    const all = [...failures, ...result.failures].sort((a, b) => a.index - b.index);
    return {
      created,
      updated,
      skipped,
      failures: all.map(({ index, error }) => ({ index, status: toStatus(error) })),
      revision: BigInt(tx.revision),
    };
  });
}

/** Checks each row by itself against the rules of the schema. */
function parseRows(users: ImportUsersRequest["users"]): { rows: ImportRow[]; failures: Failure[] } {
  const rows: ImportRow[] = [];
  const failures: Failure[] = [];
  for (const [index, user] of users.entries()) {
    try {
      validate(UserSchema, user, "user.");
      rows.push({ index, user: parseUser(user), etag: user.etag });
    } catch (error) {
      if (!(error instanceof RosterError)) {
        throw error;
      }
      failures.push({ index, error });
    }
  }
  return { rows, failures };
}
