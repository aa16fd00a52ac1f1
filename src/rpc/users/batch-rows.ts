import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import {
  type UserKey as UserKeyMessage,
  type UserReference,
  UserReferenceSchema,
  type UserUpdate,
  UserUpdateSchema,
} from "../../../gen/roster/v1/user_service_pb.js";
import type { UserKey } from "../../directory/store/users.ts";
import type { Batch, BatchRow, UpdateRow } from "../../directory/users/batch.ts";
import { failedRow } from "../../directory/users/rows.ts";
import type { Call } from "../pipeline/call.ts";
import { parseMetadataUpdate } from "../wire/metadata-update.ts";
import { requireField } from "../wire/require-field.ts";
import { type ParsedRows, parseRows } from "./rows.ts";
import { parseUserPatch } from "./user-patch.ts";

export interface ParsedBatch<R> extends ParsedRows<R> {
  readonly batch: Batch;
}

interface Atomic {
  readonly atomic: boolean;
}

type Caller = Pick<Call, "caller">;

export function parseUpdates(
  { updates, atomic }: Atomic & { readonly updates: readonly UserUpdate[] },
  call: Caller,
): ParsedBatch<UpdateRow> {
  return parseBatch(UserUpdateSchema, { list: "updates", messages: updates, atomic }, call, parseUpdate);
}

export function parseReferences(
  { users, atomic }: Atomic & { readonly users: readonly UserReference[] },
  call: Caller,
): ParsedBatch<BatchRow> {
  return parseBatch(UserReferenceSchema, { list: "users", messages: users, atomic }, call, parseReference);
}

/** Throws why the first row can't be tried, if all are to land or none. */
function parseBatch<Desc extends DescMessage, R>(
  schema: Desc,
  { list, messages, atomic }: Atomic & { readonly list: string; readonly messages: ReadonlyArray<MessageShape<Desc>> },
  { caller }: Caller,
  parse: (message: MessageShape<Desc>, index: number) => R,
): ParsedBatch<R> {
  const { rows, failures } = parseRows(schema, messages, parse);
  const [failure] = failures;
  if (atomic && failure !== undefined) {
    throw failedRow(list, failure);
  }
  return { rows, failures, batch: { actor: caller, atomicList: atomic ? list : undefined } };
}

function parseUpdate({ user: given, updateMask, metadataUpdate, key }: UserUpdate, index: number): UpdateRow {
  const user = requireField(given, "user");
  return {
    index,
    key: key === undefined ? { kind: "id", key: requireField(user.id, "user.id") } : parseKey(key),
    id: user.id || undefined,
    etag: user.etag,
    values: parseUserPatch(user, updateMask),
    metadataUpdate: parseMetadataUpdate(user.metadata, metadataUpdate),
  };
}

function parseReference({ key, etag }: UserReference, index: number): BatchRow {
  return { index, key: parseKey(requireField(key, "key")), etag };
}

function parseKey({ key }: UserKeyMessage): UserKey {
  const { case: kind, value } = requireField(key.case && key, "key");
  return { kind, key: value };
}
