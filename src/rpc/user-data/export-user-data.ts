import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { sizeDelimitedDecodeStream, sizeDelimitedEncode } from "@bufbuild/protobuf/wire";
import {
  type ExportUserDataRequest,
  type ExportUserDataResponseSchema,
  type UserDataRecord,
  UserDataRecordSchema,
  type UserDataService,
} from "../../../gen/roster/v1/user_data_service_pb.js";
import { RosterError } from "../../directory/errors.ts";
import type { Store } from "../../directory/store/store.ts";
import type { UserDataReader } from "../../directory/store/user-data.ts";
import { readMoreUserData, readUserData, type UserDataMoment } from "../../directory/users/user-data.ts";
import { toAuditEntryMessage } from "../audit/audit-message.ts";
import { toChangeMessage } from "../changes/change-pages.ts";
import { toApiKeyMessage } from "../keys/api-key-message.ts";
import type { StreamCall } from "../pipeline/call.ts";
import { toSessionMessage } from "../sessions/session-message.ts";
import { toUserMessage } from "../users/user-message.ts";
import { MAX_MESSAGE_BYTES, memberBytes } from "../wire/message-size.ts";
import { toTimestamp } from "../wire/time.ts";
import { Spool } from "./spool.ts";

type Record = UserDataRecord["record"];
type Response = MessageInitShape<typeof ExportUserDataResponseSchema>;

/** Changes and entries read at a time: of large users no more is read than is sent soon. */
const PAGE = 100;
/** Of what can change and so is read at once. */
const BYTES_IN_MEMORY = 4 * 1024 * 1024;

/** Sends all that is kept of a user, as it was at the start. */
export async function* exportUserData(
  store: Store,
  { id }: ExportUserDataRequest,
  call: StreamCall<(typeof UserDataService)["method"]["exportUserData"]>,
): AsyncGenerator<Response> {
  const spool = new Spool(BYTES_IN_MEMORY);
  try {
    const moment = await readUserData(store, call.accountId, id, async (data, userId) => {
      for await (const each of changeableRecords(data, userId, call.caller.superAdmin)) {
        call.assertAwaited();
        await spool.write(sizeDelimitedEncode(UserDataRecordSchema, create(UserDataRecordSchema, { record: each })));
      }
    });
    yield* responses(allRecords(store, moment, spool), moment, call);
  } finally {
    await spool.close();
  }
}

async function* responses(
  records: AsyncGenerator<Record>,
  { revision }: UserDataMoment,
  { assertAwaited, draining }: Pick<StreamCall, "assertAwaited" | "draining">,
): AsyncGenerator<Response> {
  let count = 0;
  for await (const message of inMessages(records)) {
    count += message.length;
    yield { records: message };
    assertAwaited();
    if (draining.aborted) {
      throw new RosterError("SERVER_DRAINING", "the server is shutting down; begin again", { retryAfter: 1_000 });
    }
  }
  yield { records: [], summary: { recordCount: BigInt(count), revision: BigInt(revision) } };
}

async function* allRecords(store: Store, moment: UserDataMoment, spool: Spool): AsyncGenerator<Record> {
  yield { case: "user", value: toUserMessage(moment.user) };
  yield* changesOf(store, moment);
  for await (const { record } of sizeDelimitedDecodeStream(UserDataRecordSchema, spool.read())) yield record;
  yield* entriesOf(store, moment);
}

/** But for the user itself. */
async function* changeableRecords(data: UserDataReader, userId: string, withElsewhere: boolean): AsyncGenerator<Record> {
  for await (const session of data.sessions(userId)) yield { case: "session", value: toSessionMessage(session) };
  for await (const key of data.apiKeys(userId)) yield { case: "apiKey", value: toApiKeyMessage(key) };
  for await (const { method, requestId, createTime, response } of data.answers(userId)) {
    yield record({ case: "answer", value: { method, requestId, createTime: toTimestamp(createTime), response } });
  }
  for await (const { keyId, expireTime, useTime } of data.nonces(userId)) {
    const used = useTime === null ? {} : { useTime: toTimestamp(useTime) };
    yield record({ case: "nonce", value: { apiKeyId: keyId, expireTime: toTimestamp(expireTime), ...used } });
  }
  if (!withElsewhere) return;
  for await (const entry of data.entriesElsewhere(userId)) yield { case: "auditEntry", value: toAuditEntryMessage(entry) };
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
