import type { ConnectError } from "@connectrpc/connect";
import { ErrorInfoSchema, ResourceInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import type { Reason } from "../../directory/errors.ts";
import { CommandError, explain, isOfNetwork } from "../errors.ts";
import { outcomeOf } from "../exit-codes.ts";
import { widthOf } from "./table.ts";

/** What a command knows of its call. */
export interface CallContext {
  readonly baseUrl: string;
  /** Where the key is from: `ROSTER_API_KEY`. */
  readonly keySource: string;
  readonly filter?: string | undefined;
}

/** The refusal of a server as the end of a command: what went wrong, where in the filter, and what to do next. */
export function toCommandError(error: ConnectError, context: CallContext): CommandError {
  const lines = [explain(error, context.baseUrl), markedFilter(error, context.filter), nextStep(error, context)];
  return new CommandError(lines.filter(Boolean).join("\n"), {
    cause: error,
    outcome: isOfNetwork(error) ? "unavailable" : outcomeOf(error.code),
  });
}

type Step = string | ((error: ConnectError, context: CallContext) => string | undefined);

const STEPS: Partial<Record<Reason, Step>> = {
  USER_NOT_FOUND: "`roster users list` shows who is there; `roster users get ID --show-deleted` also finds a deleted user",
  SESSION_NOT_FOUND: "`roster sessions list` shows those that are there",
  API_KEY_NOT_FOUND: "`roster keys list` shows those that are there",
  ACCOUNT_NOT_FOUND: "`roster accounts list` shows those that are there",
  API_KEY_INVALID: (_, { keySource }) =>
    `check the key (${keySource}): it may be misspelt, expired or revoked, or of another server; an ADMIN key makes a new one with \`roster keys create\``,
  TOKEN_INVALID: (_, { keySource }) => `check the token (${keySource}): it may have ended, or be for another server`,
  PERMISSION_DENIED: (_, { keySource }) =>
    `call with a key that may (--api-key, ROSTER_API_KEY or --profile); this one is from ${keySource}`,
  ACCOUNT_SUSPENDED: "a super admin lifts it with `roster accounts activate ID`",
  METHOD_UNKNOWN: "the server may be older than this command, or its address has no path: https://roster.example.com",
  ETAG_MISMATCH: "look at it as it is now, then try again with its new etag",
  EMAIL_TAKEN: holder,
  EXTERNAL_ID_TAKEN: holder,
  USER_ID_TAKEN: (error) =>
    `${holder(error)} (if it is deleted: --show-deleted); an id is free again after \`roster users purge\``,
  USER_NOT_DELETED: "nothing to do: the user is live",
  LAST_SUPER_ADMIN: "make another user a super admin first: `roster users update ID --set super_admin=true`",
  FILTER_INVALID: 'filters are CEL: \'status == "ACTIVE" && metadata.plan in ["pro", "team"]\'',
  ORDER_BY_INVALID: "for example --order-by 'email, create_time desc'",
  METADATA_RULE_BROKEN: "mend their metadata, or give --force: they may stay until their metadata is next written",
  ACCOUNT_NOT_EMPTY: "with --force its users, sessions, keys and history are erased, too",
  NONCE_REQUIRED: "the command line sends no nonces: call with another key",
  RATE_LIMITED: "wait a second, then try again",
  CHANGE_TOKEN_EXPIRED:
    "begin again: `roster export`, then `roster watch` with the token that it shows; or --with-initial-state",
  RESUME_TOKEN_EXPIRED: "begin again with the oldest entry that is kept: `roster audit watch --from-start`",
};

function holder(error: ConnectError): string | undefined {
  const [resource] = error.findDetails(ResourceInfoSchema);
  return resource && `\`roster users get ${resource.resourceName}\` shows who has it`;
}

function nextStep(error: ConnectError, context: CallContext): string | undefined {
  const [info] = error.findDetails(ErrorInfoSchema);
  const step = info === undefined ? stepWithoutReason(error) : STEPS[info.reason as Reason];
  const text = typeof step === "function" ? step(error, context) : step;
  return text === undefined ? undefined : `next: ${text}`;
}

/** The error is none of Roster: of the network, or of a server that is another. */
function stepWithoutReason(error: ConnectError): string {
  const { rawMessage } = error;
  if (/certificate required|handshake failure/i.test(rawMessage)) {
    return "the server asks for a certificate: --client-certificate and --client-key";
  }
  if (/certificate|self.signed|altname/i.test(rawMessage)) {
    return "--ca FILE names the authority that has signed the certificate of the server";
  }
  if (/wrong version number|packet length too long/i.test(rawMessage)) {
    return "there may be no TLS at this port: try http://";
  }
  return isOfNetwork(error)
    ? "is it running, and is this its address? --server, ROSTER_SERVER or a profile name another; `roster serve` starts one here"
    : "is this the address of a Roster server? --server, ROSTER_SERVER or a profile name another";
}

/** How much of a filter is shown on either side of the mistake. */
const SHOWN = 50;

/** The filter, with a mark under the place that the server can't understand. */
function markedFilter(error: ConnectError, filter: string | undefined): string | undefined {
  const [info] = error.findDetails(ErrorInfoSchema);
  const offset = Number(info?.metadata["offset"]);
  if (info?.reason !== "FILTER_INVALID" || filter === undefined || Number.isNaN(offset)) {
    return undefined;
  }
  const signs = [...filter].map((sign) => (/\s/.test(sign) ? " " : sign));
  const before = signs.slice(Math.max(0, offset - SHOWN), offset).join("");
  const after = signs.slice(offset, offset + SHOWN).join("");
  return `  ${before}${after}\n  ${" ".repeat(widthOf(before))}^`;
}
