import { Code, ConnectError } from "@connectrpc/connect";
import { expect } from "vitest";
import { ErrorInfoSchema } from "../../../../gen/google/rpc/error_details_pb.js";
import { lastingDetails } from "../../../support/clients.ts";

/** What became of a call; "answered" stands for everything that only one who is let through learns. */
export type Outcome = "answered" | "NOT_FOUND" | "ACCOUNT_ID_INVALID" | (typeof REFUSALS)[number];

const REFUSALS = [
  "API_KEY_INVALID",
  "PERMISSION_DENIED",
  "ACCOUNT_SUSPENDED",
  "ACCOUNT_NOT_FOUND",
  "NONCE_REQUIRED",
] as const;

export interface Answer {
  readonly outcome: Outcome;
  /** All that an error tells. */
  readonly told: string;
}

export async function answerTo(call: Promise<unknown>): Promise<Answer> {
  const error = await call.then(() => undefined, ConnectError.from);
  if (error === undefined) {
    return { outcome: "answered", told: "" };
  }
  return {
    outcome: outcomeOf(error),
    told: [error.code, error.rawMessage, ...lastingDetails(error).map(bytesOf)].join("\n"),
  };
}

function bytesOf({ type, value }: ReturnType<typeof lastingDetails>[number]): string {
  return `${type} ${Buffer.from(value).toString("latin1")}`;
}

function outcomeOf(error: ConnectError): Outcome {
  expect([Code.Internal, Code.Unavailable]).not.toContain(error.code);
  const reason = error.findDetails(ErrorInfoSchema)[0]?.reason ?? expect.fail(`${error} has no reason`);
  const refusal = REFUSALS.find((known) => known === reason);
  if (refusal !== undefined || error.code === Code.NotFound) {
    return refusal ?? "NOT_FOUND";
  }
  return reason === "FIELD_INVALID" && error.rawMessage.startsWith("account_id:") ? "ACCOUNT_ID_INVALID" : "answered";
}
