import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { useQuery } from "@tanstack/react-query";
import { type User, type UserChange, UserDataService } from "../../api/schema.ts";
import { useAccountId } from "../../session/account.ts";

/** What is kept of a user's past. */
export interface History {
  /** Oldest first. */
  readonly changes: readonly UserChange[];
  /** The user before the oldest of them. Undefined: it did not exist, or what it was is no longer kept. */
  readonly former: User | undefined;
}

/** Reads the change history of a user out of all that is kept of it. */
export function useHistory(id: string) {
  const accountId = useAccountId();
  const transport = useTransport();
  return useQuery({
    queryKey: ["user-history", accountId, id],
    queryFn: ({ signal }) => readHistory(createClient(UserDataService, transport), { accountId, id }, signal),
    staleTime: 0,
  });
}

async function readHistory(
  client: ReturnType<typeof createClient<typeof UserDataService>>,
  request: { readonly accountId: string; readonly id: string },
  signal: AbortSignal,
): Promise<History> {
  const changes: UserChange[] = [];
  let former: User | undefined;
  for await (const { records } of client.exportUserData(request, { signal })) {
    for (const { record } of records) {
      if (record.case === "change") changes.push(record.value);
      if (record.case === "formerUser") former = record.value;
    }
    // What comes after the changes is not about them.
    if (changes.length > 0 && records.at(-1)?.record.case === "auditEntry") break;
  }
  return { changes: changes.toSorted((a, b) => Number(a.version - b.version)), former };
}
