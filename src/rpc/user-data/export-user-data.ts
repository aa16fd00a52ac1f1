import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  type ExportUserDataRequest,
  type ExportUserDataResponseSchema,
  type UserDataRecord,
  UserDataRecordSchema,
  type UserDataService,
} from "../../../gen/roster/v1/user_data_service_pb.js";
import { RosterError } from "../../directory/errors.ts";
import type { Store } from "../../directory/store/store.ts";
import type { UserData } from "../../directory/store/user-data.ts";
import { readMoreUserData, readUserData, type UserDataMoment } from "../../directory/users/user-data.ts";
import { toAuditEntryMessage } from "../audit/audit-message.ts";
import { toChangeMessage } from "../changes/change-pages.ts";
import { toApiKeyMessage } from "../keys/api-key-message.ts";
import type { StreamCall } from "../pipeline/call.ts";
import { toSessionMessage } from "../sessions/session-message.ts";
import { toUserMessage } from "../users/user-message.ts";
import { MAX_MESSAGE_BYTES, memberBytes } from "../wire/message-size.ts";
import { toTimestamp } from "../wire/time.ts";

type Record = UserDataRecord["record"];
type Response = MessageInitShape<typeof ExportUserDataResponseSchema>;

/** Changes and entries read at a time: of large users no more is read than is sent soon. */
const PAGE = 100;

/** Sends all that is kept of a user, as it was at the start. */
export async function* exportUserData(
  store: Store,
  { id }: ExportUserDataRequest,
  { accountId, caller, draining, assertAwaited }: StreamCall<(typeof UserDataService)["method"]["exportUserData"]>,
): AsyncGenerator<Response> {
  const moment = await readUserData(store, accountId, id);
  let count = 0;
  for await (const records of inMessages(allRecords(store, moment, caller.superAdmin))) {
    count += records.length;
    yield { records };
    assertAwaited();
    if (draining.aborted) {
      throw new RosterError("SERVER_DRAINING", "the server is shutting down; begin again", { retryAfter: 1_000 });
    }
  }
  yield { records: [], summary: { recordCount: BigInt(count), revision: BigInt(moment.revision) } };
}

async function* allRecords(store: Store, moment: UserDataMoment, withElsewhere: boolean): AsyncGenerator<Record> {
  yield* recordsOf(moment);
  yield* changesOf(store, moment);
  yield* entriesOf(store, moment);
  if (withElsewhere) {
    for (const entry of moment.entriesElsewhere) yield { case: "auditEntry", value: toAuditEntryMessage(entry) };
  }
}

function* recordsOf({ user, sessions, apiKeys, answers, nonces }: UserData): Generator<Record> {
  yield { case: "user", value: toUserMessage(user) };
  for (const session of sessions) yield { case: "session", value: toSessionMessage(session) };
  for (const key of apiKeys) yield { case: "apiKey", value: toApiKeyMessage(key) };
  for (const { method, requestId, createTime, response } of answers) {
    yield record({ case: "answer", value: { method, requestId, createTime: toTimestamp(createTime), response } });
  }
  for (const { keyId, expireTime, useTime } of nonces) {
    const used = useTime === null ? {} : { useTime: toTimestamp(useTime) };
    yield record({ case: "nonce", value: { apiKeyId: keyId, expireTime: toTimestamp(expireTime), ...used } });
  }
}

async function* changesOf(store: Store, { user, revision }: UserDataMoment): AsyncGenerator<Record> {
  for (let after = 0; ; ) {
    const page = await readMoreUserData(store, user, (data) => data.changes(user.id, after, revision, PAGE));
    const [first] = page;
    // What came before has been forgotten, but for this.
    if (after === 0 && first?.before != null) yield { case: "formerUser", value: toUserMessage(first.before) };
    for (const change of page) yield { case: "change", value: toChangeMessage(change) };
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.version;
  }
}

async function* entriesOf(store: Store, { user, auditSequence }: UserDataMoment): AsyncGenerator<Record> {
  for (let after = 0; ; ) {
    const page = await readMoreUserData(store, user, (data) => data.auditEntries(user.id, after, auditSequence, PAGE));
    for (const entry of page) yield { case: "auditEntry", value: toAuditEntryMessage(entry) };
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.sequence;
  }
}

/** About 1 MiB each. */
async function* inMessages(records: AsyncGenerator<Record>): AsyncGenerator<UserDataRecord[]> {
  let message: UserDataRecord[] = [];
  let bytes = 0;
  for await (const each of records) {
    const next = create(UserDataRecordSchema, { record: each });
    const size = memberBytes(toBinary(UserDataRecordSchema, next));
    if (message.length > 0 && bytes + size > MAX_MESSAGE_BYTES) {
      yield message;
      message = [];
      bytes = 0;
    }
    message.push(next);
    bytes += size;
  }
  yield message;
}

function record(init: NonNullable<MessageInitShape<typeof UserDataRecordSchema>["record"]>): Record {
  return create(UserDataRecordSchema, { record: init }).record;
}
