import { useMemo } from "react";
import { useRoute } from "../../router/route.ts";
import { useAccountId } from "../../session/account.ts";
import type { UserListQuery } from "./use-users.ts";

/** The list that the address asks for, so that it can be kept, sent to others, and gone back to. */
export function useListQuery(): UserListQuery {
  const accountId = useAccountId();
  const { q: query = "", filter = "", sort: orderBy = "", deleted = "" } = useRoute().params;
  return useMemo(
    () => ({ accountId, query, filter, orderBy, showDeleted: deleted !== "" }),
    [accountId, query, filter, orderBy, deleted],
  );
}
