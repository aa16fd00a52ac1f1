import type { ApiKey } from "../api/schema.ts";
import { Badge } from "../ui/status.tsx";

/** Whether a key works. */
export function KeyState({ apiKey: { revokeTime, expireTime } }: { readonly apiKey: ApiKey }) {
  if (revokeTime !== undefined) return <Badge tone="bad">Revoked</Badge>;
  if (expireTime !== undefined && Number(expireTime.seconds) * 1000 <= Date.now()) return <Badge tone="warn">Expired</Badge>;
  return <Badge tone="good">Works</Badge>;
}
