import { ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema, RequestInfoSchema } from "../gen/google/rpc/error_details_pb.js";

/** The reason that Roster gives, such as `USER_NOT_FOUND`. Undefined for errors that do not come from Roster. */
export function errorReason(error: unknown): string | undefined {
  const [info] = ConnectError.from(error).findDetails(ErrorInfoSchema);
  return info?.reason;
}

/** What the call is found by in the logs and traces of the server. Undefined for errors that do not come from Roster. */
export function callId(error: unknown): string | undefined {
  const [info] = ConnectError.from(error).findDetails(RequestInfoSchema);
  return info?.requestId;
}

/** The fields of the request that the error is about. `field` is a path as in the schema: `user.display_name`. */
export function fieldViolations(error: unknown): Array<{ field: string; description: string }> {
  return ConnectError.from(error)
    .findDetails(BadRequestSchema)
    .flatMap((details) => details.fieldViolations.map(({ field, description }) => ({ field, description })));
}
