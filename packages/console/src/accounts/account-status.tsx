import { type Account, AccountStatus } from "../api/schema.ts";
import { Badge } from "../ui/status.tsx";

export function AccountBadge({ account: { status } }: { readonly account: Account }) {
  return status === AccountStatus.SUSPENDED ? <Badge tone="bad">Suspended</Badge> : <Badge tone="good">Active</Badge>;
}
