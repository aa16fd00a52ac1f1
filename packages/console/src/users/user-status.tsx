import { type User, UserStatus } from "../api/schema.ts";
import { Badge, type Tone } from "../ui/status.tsx";
import { STATUS_NAMES } from "./user-names.ts";

const TONES: Readonly<Record<UserStatus, Tone>> = {
  [UserStatus.UNSPECIFIED]: "calm",
  [UserStatus.INVITED]: "warn",
  [UserStatus.ACTIVE]: "good",
  [UserStatus.SUSPENDED]: "bad",
};

export function StatusBadge({ user }: { readonly user: User }) {
  if (user.deleteTime !== undefined) return <Badge>Deleted</Badge>;
  const status = user.status ?? UserStatus.UNSPECIFIED;
  return <Badge tone={TONES[status]}>{STATUS_NAMES[status]}</Badge>;
}
