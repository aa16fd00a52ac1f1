import { ConnectError } from "@connectrpc/connect";
import type { BatchFailure } from "../../../../gen/roster/v1/user_service_pb.js";
import type { Services } from "../../setup.ts";

/** The least that a caller must be: a key of that role, or an ADMIN key of a super admin. */
export type Least = "READER" | "WRITER" | "ADMIN" | "SUPER ADMIN";

/** Whom a call is about: a user, and what belongs to it. */
export interface Target {
  /** As the request names it. Empty: the caller's. */
  readonly accountId: string;
  readonly userId: string;
  readonly externalId: string;
  readonly email: string;
  readonly sessionId: string;
  readonly keyId: string;
}

export const NOBODY: Target = {
  accountId: "",
  userId: "nobody",
  externalId: "nobody",
  email: "nobody@example.com",
  sessionId: "nobody",
  keyId: "nobody",
};

/** `dry`: a call that is let through changes no user and no account, because it only validates, or its etag is old. */
type CallRpc = (services: Services, target: Target, dry: boolean) => Promise<unknown>;

/** Who may make a call, beyond a role and the account. */
interface Rules {
  /** Which part of the target the request names. Absent: none. */
  readonly names?: "user" | "session" | "key";
  /** Callers with the role SELF may make it, about their own user. */
  readonly self?: true;
  /** About a super admin, super admins alone make it. */
  readonly sparesSuperAdmins?: true;
  /** A target that is not there is no error. */
  readonly missing?: "answered";
  /** `all`: the request may name all accounts; `none`: it names none. Absent: one. */
  readonly account?: "all" | "none";
  /** The account can't be left out. */
  readonly needsAccount?: true;
}

export interface Rpc extends Rules {
  readonly least: Least;
  /** Takes a nonce. */
  readonly mutates: boolean;
  readonly call: CallRpc;
}

/** By service and name; after a comma, another way to make the same call. */
export type Rpcs = Readonly<Record<string, Rpc>>;

export function reads(least: Least, rules: Rules, call: CallRpc): Rpc {
  return { least, mutates: false, ...rules, call };
}

export function mutates(least: Least, rules: Rules, call: CallRpc): Rpc {
  return { least, mutates: true, ...rules, call };
}

/** An etag that nothing has, or none. */
export function etagOf(dry: boolean): string {
  return dry ? "old" : "";
}

/** A batch of one row. Throws why the row has failed, as the call by itself would. */
export async function oneRow(
  call: Promise<{ readonly failures: ReadonlyArray<Pick<BatchFailure, "status">> }>,
): Promise<void> {
  const [failure] = (await call).failures;
  if (failure?.status !== undefined) {
    const { code, message, details } = failure.status;
    const error = new ConnectError(message, code);
    error.details = details.map(({ typeUrl, value }) => ({ type: typeUrl.replace("type.googleapis.com/", ""), value }));
    throw error;
  }
}
