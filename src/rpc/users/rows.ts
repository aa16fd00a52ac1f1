import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Status } from "../../../gen/google/rpc/status_pb.js";
import { RosterError } from "../../directory/errors.ts";
import type { RowFailure } from "../../directory/users/rows.ts";
import { toStatus } from "../errors.ts";
import { validate } from "../pipeline/validate.ts";

export interface ParsedRows<R> {
  readonly rows: readonly R[];
  /** The rows that break a rule of the schema. */
  readonly failures: readonly RowFailure[];
}

/** Checks each row by itself against the rules of the schema. `prefix` stands before the fields that an error names. */
export function parseRows<Desc extends DescMessage, R>(
  schema: Desc,
  messages: ReadonlyArray<MessageShape<Desc>>,
  parse: (message: MessageShape<Desc>, index: number) => R,
  prefix = "",
): ParsedRows<R> {
  const rows: R[] = [];
  const failures: RowFailure[] = [];
  for (const [index, message] of messages.entries()) {
    try {
      validate(schema, message, prefix);
      rows.push(parse(message, index));
    } catch (error) {
      if (!(error instanceof RosterError)) {
        throw error;
      }
      failures.push({ index, error });
    }
  }
  return { rows, failures };
}

/** By rising index. */
export function toFailures(failures: readonly RowFailure[]): Array<{ index: number; status: Status }> {
  return failures.toSorted((a, b) => a.index - b.index).map(({ index, error }) => ({ index, status: toStatus(error) }));
}
