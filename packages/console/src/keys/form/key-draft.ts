import { type Timestamp, timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { lines } from "../../accounts/form/account-draft.ts";
import { type ApiKey, ApiKeyRole } from "../../api/schema.ts";

/** A key as it stands in a form. Empty text: there is no value. */
export interface KeyDraft {
  readonly displayName: string;
  readonly role: ApiKeyRole;
  readonly userId: string;
  /** As an input for date and time has it, in the zone of the browser. */
  readonly expires: string;
  readonly perSecond: string;
  readonly burst: string;
  readonly requireNonce: boolean;
  /** A name a line. */
  readonly certificateNames: string;
}

export const EMPTY_KEY: KeyDraft = {
  displayName: "",
  role: ApiKeyRole.READER,
  userId: "",
  expires: "",
  perSecond: "",
  burst: "",
  requireNonce: false,
  certificateNames: "",
};

export function toKeyDraft(key: ApiKey): KeyDraft {
  return {
    displayName: key.displayName,
    role: key.role,
    userId: key.userId,
    expires: key.expireTime === undefined ? "" : localTime(timestampDate(key.expireTime)),
    perSecond: key.rateLimit === undefined ? "" : String(key.rateLimit.perSecond),
    burst: key.rateLimit?.burst ? String(key.rateLimit.burst) : "",
    requireNonce: key.requireNonce,
    certificateNames: key.certificateNames.join("\n"),
  };
}

interface KeyValues {
  readonly displayName: string;
  readonly role: ApiKeyRole;
  readonly userId: string;
  readonly expireTime?: Timestamp;
  readonly rateLimit?: { readonly perSecond: number; readonly burst: number };
  readonly requireNonce: boolean;
  readonly certificateNames: string[];
}

export function keyValues(draft: KeyDraft): KeyValues {
  const { displayName, role, userId, expires, perSecond, burst, requireNonce, certificateNames } = draft;
  return {
    displayName,
    role,
    userId,
    requireNonce,
    certificateNames: lines(certificateNames),
    ...(expires !== "" && { expireTime: timestampFromDate(new Date(expires)) }),
    ...(perSecond !== "" && { rateLimit: { perSecond: Number(perSecond), burst: Number(burst) } }),
  };
}

const PATHS = {
  displayName: "display_name",
  expires: "expire_time",
  perSecond: "rate_limit",
  burst: "rate_limit",
  requireNonce: "require_nonce",
  certificateNames: "certificate_names",
} as const satisfies Partial<Record<keyof KeyDraft, string>>;

/** The fields that differ, by their names in update masks. */
export function changedKeyPaths(before: KeyDraft, after: KeyDraft): string[] {
  const names = Object.keys(PATHS) as Array<keyof typeof PATHS>;
  return [...new Set(names.filter((name) => before[name] !== after[name]).map((name) => PATHS[name]))];
}

/** The moment as an input for date and time takes it. */
export function localTime(date: Date): string {
  const shifted = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
