import { type FileHandle, open } from "node:fs/promises";
import type { DescMessage, JsonValue, MessageShape } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { Code } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import type { Status } from "../../../gen/google/rpc/status_pb.js";
import { codeName } from "../../rpc/errors.ts";
import type { Row } from "./rows.ts";

/** A line of the errors file. */
export interface BadRow {
  readonly line: number;
  readonly reason: string;
  readonly code: string;
  readonly message: string;
  readonly fields?: ReadonlyArray<{ readonly field: string; readonly description: string }>;
  /** What was in the file, to be corrected and imported again. */
  readonly row: JsonValue;
}

/** A row that is no user. */
export function unreadable({ line, row }: Row, message: string): BadRow {
  return { line, reason: "ROW_UNREADABLE", code: codeName(Code.InvalidArgument), message, row };
}

/** A row that the server did not take. */
export function refused({ line, row }: Row, status: Status): BadRow {
  const [info] = findDetails(status, ErrorInfoSchema);
  const violations = findDetails(status, BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations);
  return {
    line,
    reason: info?.reason ?? "UNKNOWN",
    code: codeName(status.code),
    message: status.message,
    ...(violations.length > 0 && { fields: violations.map(({ field, description }) => ({ field, description })) }),
    row,
  };
}

function findDetails<T extends DescMessage>({ details }: Status, schema: T): Array<MessageShape<T>> {
  return details.flatMap((detail) => anyUnpack(detail, schema) ?? []);
}

/** NDJSON of bad rows. The file is created, or an older one replaced, when the first bad row comes. */
export class ErrorsFile {
  readonly path: string;
  #file: FileHandle | undefined;

  constructor(path: string) {
    this.path = path;
  }

  async write(rows: readonly BadRow[]): Promise<void> {
    if (rows.length > 0) {
      this.#file ??= await open(this.path, "w");
      await this.#file.appendFile(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}
