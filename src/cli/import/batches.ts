import { createHash } from "node:crypto";
import { create, toBinary } from "@bufbuild/protobuf";
import { type ImportUsersRequest, ImportUsersRequestSchema, type User } from "@roster/client";
import type { Row } from "./rows.ts";

/** Rows that are imported by one call, and the bad rows between them. */
export interface Batch {
  /** From 0. */
  readonly ordinal: number;
  readonly rows: readonly Row[];
}

const MAX_ROWS = 1000;
/** Well below the largest message of a server, even where JSON is shorter than the binary form. */
const MAX_LENGTH = 2 * 1024 * 1024;

/** Cuts rows into batches: the same file always into the same. */
export async function* toBatches(rows: AsyncIterable<Row>): AsyncGenerator<Batch> {
  let ordinal = 0;
  let batch: Row[] = [];
  let length = 0;
  for await (const row of rows) {
    if (batch.length === MAX_ROWS || (batch.length > 0 && length + row.length > MAX_LENGTH)) {
      yield { ordinal, rows: batch };
      ordinal += 1;
      batch = [];
      length = 0;
    }
    batch.push(row);
    length += row.length;
  }
  if (batch.length > 0) {
    yield { ordinal, rows: batch };
  }
}

/** The rows of the batch that are users, in order. */
export function goodRows({ rows }: Batch): Array<Row & { readonly parsed: { readonly user: User } }> {
  return rows.filter((row): row is Row & { readonly parsed: { readonly user: User } } => "user" in row.parsed);
}

/**
 * The request that imports the batch. Its request id is a hash of its content and its place, so that the server recognises the batch when
 * an import is started again. Another `salt` makes it another import.
 */
export function importRequest(
  batch: Batch,
  { accountId, mode }: Pick<ImportUsersRequest, "accountId" | "mode">,
  salt: string,
): ImportUsersRequest {
  const users = goodRows(batch).map(({ parsed }) => parsed.user);
  const request = create(ImportUsersRequestSchema, { accountId, mode, users });
  const hash = createHash("sha256")
    .update(`${salt}\n${batch.ordinal}\n`)
    .update(toBinary(ImportUsersRequestSchema, request));
  request.requestId = hash.digest("base64url").slice(0, REQUEST_ID_LENGTH);
  return request;
}

const REQUEST_ID_LENGTH = 36;
