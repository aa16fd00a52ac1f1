import { useQuery } from "@connectrpc/connect-query";
import { type Account, AccountService } from "../api/schema.ts";
import { hashOf, type Params, useRoute } from "../router/route.ts";
import { useMay, useSession } from "./session.ts";

/** The account in view, as requests name it: empty for the caller's own. Only super admins look into others. */
export function useAccountId(): string {
  return useRoute().params["account"] ?? "";
}

/** Makes links that stay in the account in view. */
export function useHref(): (path: readonly string[], params?: Params) => string {
  const account = useAccountId();
  return (path, params) => hashOf(path, { ...(account !== "" && { account }), ...params });
}

/** The account in view, as far as the caller may see it. */
export function useAccount(): Account | undefined {
  const { who } = useSession();
  const accountId = useAccountId();
  const foreign = accountId !== "" && accountId !== who.accountId;
  const may = useMay(AccountService.method.getAccount);
  const { data } = useQuery(AccountService.method.getAccount, { accountId }, { enabled: may });
  return data?.account ?? (foreign ? undefined : who.account);
}
