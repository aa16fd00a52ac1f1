import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { BadRequestSchema, ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import type { Status } from "../../../gen/google/rpc/status_pb.js";

export function reasonOf(status: Status | undefined): string | undefined {
  return status?.details.flatMap((detail) => anyUnpack(detail, ErrorInfoSchema) ?? []).at(0)?.reason;
}

export function blamed(status: Status | undefined): string[] {
  const details = status?.details.flatMap((detail) => anyUnpack(detail, BadRequestSchema) ?? []) ?? [];
  return details.flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field));
}

/** The index of each row that has failed, and why. */
export function reasonsOf(failures: ReadonlyArray<{ index: number; status?: Status | undefined }>) {
  return failures.map(({ index, status }) => [index, reasonOf(status)]);
}
