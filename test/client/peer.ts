import { Code, ConnectError, createRouterTransport, type ServiceImpl } from "@connectrpc/connect";
import { createRosterClient, type Reason, type RosterClient, type RosterClientOptions, UserService } from "@roster/client";
import { ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.js";

/** A client of a peer that is written by hand, because Roster itself fails only when it is killed. It has these calls of UserService. */
export function clientOfPeer(calls: Partial<ServiceImpl<typeof UserService>>, options: object = {}): RosterClient {
  const transport = createRouterTransport(({ service }) => service(UserService, calls));
  return createRosterClient({ apiKey: "secret", retry: QUICK, ...options, transport } satisfies RosterClientOptions);
}

/** Three attempts, without much of a pause. */
export const QUICK = { maxFailures: 3, baseMs: 1, capMs: 2 };

export const GONE = new ConnectError("connection refused", Code.Unavailable);

/** What Roster says, with a reason. */
export function saidByRoster(code: Code, reason: Reason, ...details: ConnectError["details"]): ConnectError {
  const info = { desc: ErrorInfoSchema, value: { reason, domain: "roster", metadata: { etag: "E1" } } };
  const error = new ConnectError("said by Roster", code);
  error.details = [info, ...details];
  return error;
}
