import type { DescField } from "@bufbuild/protobuf";
import { type BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import { UserSchema } from "../../../gen/roster/v1/user_pb.js";
import type { UserEncoder } from "../../directory/store/users.ts";
import { type User, userEtag } from "../../directory/users/user.ts";
import type { Micros } from "../../directory/values/clock.ts";
import { STATUSES, toTimestamp } from "../wire/convert.ts";
import { written } from "../wire/reused-writer.ts";
import { writeStruct } from "../wire/write-struct.ts";

/**
 * A user is kept as the message that callers get: the very bytes that `toBinary` makes of `toUserMessage`, in a third of the time, since
 * each write makes one. Whoever changes them counts the format up.
 */
export const userEncoder: UserEncoder = {
  encode: (user) => written((writer) => writeUser(writer, user)),
  format: 1,
};

const USER = UserSchema.field;
const TIME = TimestampSchema.field;

function writeUser(writer: BinaryWriter, user: User): void {
  writeText(writer, USER.accountId, user.accountId);
  writeText(writer, USER.id, user.id);
  writeText(writer, USER.externalId, user.externalId);
  writeText(writer, USER.email, user.email);
  writeText(writer, USER.name, user.name);
  writeText(writer, USER.displayName, user.displayName);
  writeText(writer, USER.about, user.about);
  writeText(writer, USER.project, user.project);
  writer.tag(USER.metadata.number, WireType.LengthDelimited).fork();
  writeStruct(writer, user.metadata);
  writer.join();
  writer.tag(USER.status.number, WireType.Varint).int32(STATUSES[user.status]);
  writer.tag(USER.superAdmin.number, WireType.Varint).bool(user.superAdmin);
  writeTime(writer, USER.createTime, user.createTime);
  writeTime(writer, USER.updateTime, user.updateTime);
  writeTime(writer, USER.deleteTime, user.deleteTime);
  writer.tag(USER.version.number, WireType.Varint).int64(user.version);
  writeText(writer, USER.etag, userEtag(user));
}

function writeText(writer: BinaryWriter, { number }: DescField, text: string | null): void {
  if (text !== null) {
    writer.tag(number, WireType.LengthDelimited).string(text);
  }
}

function writeTime(writer: BinaryWriter, { number }: DescField, time: Micros | null): void {
  if (time === null) {
    return;
  }
  const { seconds, nanos } = toTimestamp(time);
  writer.tag(number, WireType.LengthDelimited).fork();
  // Zeros are left out.
  if (seconds !== 0n) writer.tag(TIME.seconds.number, WireType.Varint).int64(seconds);
  if (nanos !== 0) writer.tag(TIME.nanos.number, WireType.Varint).int32(nanos);
  writer.join();
}
