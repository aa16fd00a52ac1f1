import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ListUserChangesRequest, ListUserChangesResponseSchema } from "../../gen/roster/v1/user_service_pb.js";
import { afterRevision } from "../directory/changes.ts";
import type { Store } from "../directory/store.ts";
import { readMessagePage } from "./change-pages.ts";
import type { Tokens } from "./tokens.ts";

const DEFAULT_PAGE_SIZE = 500;
const MAX_PAGE_SIZE = 1000;

export async function listUserChanges(
  store: Store,
  tokens: Tokens,
  { changeToken, pageSize }: ListUserChangesRequest,
  accountId: string,
): Promise<MessageInitShape<typeof ListUserChangesResponseSchema>> {
  const position =
    changeToken === ""
      ? await store.read(accountId, async ({ account }) => afterRevision(account.revision))
      : tokens.openChange(accountId, changeToken);
  const limit = Math.min(pageSize || DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  const { changes, changeToken: next, done } = await readMessagePage({ store, tokens }, accountId, position, limit);
  return { changes: [...changes], changeToken: next, caughtUp: done };
}
