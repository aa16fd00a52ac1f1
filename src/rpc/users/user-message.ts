import { create } from "@bufbuild/protobuf";
import type { BinaryWriter } from "@bufbuild/protobuf/wire";
import { UserStatus as StatusMessage, type User as UserMessage, UserSchema } from "../../../gen/roster/v1/user_pb.js";
import { type User, type UserInput, type UserStatus, type UserValues, userEtag } from "../../directory/users/user.ts";
import { USER_FIELD_KEYS, type UserFieldKey } from "../../directory/users/user-fields.ts";
import { keysOf } from "../../directory/values/records.ts";
import {
  BOOL,
  enumType,
  INT64,
  type InputType,
  type OutputType,
  STRUCT,
  TEXT,
  TIME,
  timeType,
} from "../wire/field-types.ts";

type MessageKey = Exclude<keyof UserMessage, "$typeName" | "$unknown">;
type MessageValue<K extends MessageKey> = NonNullable<UserMessage[K]>;

/** How a field of the message is made of a user. */
interface OutputField<M> {
  /** Undefined: the user has no such value. */
  toMessage(user: User): M | undefined;
  write(writer: BinaryWriter, fieldNumber: number, user: User): void;
}

/** A field that callers decide about. */
interface InputField<V, M> extends OutputField<M> {
  readonly parse: InputType<V, M>["parse"];
}

type OutputFields = { readonly [K in MessageKey]: OutputField<MessageValue<K>> };
type InputFields = { readonly [K in UserFieldKey]: InputField<NonNullable<UserValues[K]>, MessageValue<K>> };

const STATUSES = {
  INVITED: StatusMessage.INVITED,
  ACTIVE: StatusMessage.ACTIVE,
  SUSPENDED: StatusMessage.SUSPENDED,
} as const satisfies Record<UserStatus, StatusMessage>;

/** Every field of the message. Messages, their bytes and what is read of requests go by this table. */
const FIELDS: OutputFields & InputFields = {
  accountId: output(TEXT, (user) => user.accountId),
  id: output(TEXT, (user) => user.id),
  externalId: input(TEXT, (user) => user.externalId),
  email: input(TEXT, (user) => user.email),
  emailVerifyTime: input(timeType("user.email_verify_time"), (user) => user.emailVerifyTime),
  name: input(TEXT, (user) => user.name),
  displayName: input(TEXT, (user) => user.displayName),
  about: input(TEXT, (user) => user.about),
  project: input(TEXT, (user) => user.project),
  metadata: input(STRUCT, (user) => user.metadata),
  status: input(enumType<UserStatus, StatusMessage>(STATUSES), (user) => user.status),
  superAdmin: input(BOOL, (user) => user.superAdmin),
  createTime: output(TIME, (user) => user.createTime),
  updateTime: output(TIME, (user) => user.updateTime),
  deleteTime: output(TIME, (user) => user.deleteTime),
  version: output(INT64, (user) => user.version),
  etag: output(TEXT, userEtag),
};

const OUTPUT: OutputFields = FIELDS;
const INPUT: InputFields = FIELDS;
const KEYS: readonly MessageKey[] = keysOf(FIELDS);

export function toUserMessage(user: User): UserMessage {
  const message = create(UserSchema);
  for (const key of KEYS) {
    setField(message, key, user);
  }
  return message;
}

function setField<K extends MessageKey>(message: UserMessage, key: K, user: User): void {
  const value = OUTPUT[key].toMessage(user);
  if (value !== undefined) {
    message[key] = value;
  }
}

/** The values that are present, and the id if there is one. Output-only fields are left out. */
export function parseUser(message: UserMessage): UserInput {
  const input: MutableInput = {};
  for (const key of USER_FIELD_KEYS) {
    parseField(message, key, input);
  }
  return message.id === "" ? input : { ...input, id: message.id };
}

type MutableInput = { -readonly [K in UserFieldKey]?: UserValues[K] };

function parseField<K extends UserFieldKey>(message: UserMessage, key: K, input: MutableInput): void {
  const given: UserMessage[K] | undefined = message[key];
  const value = given === undefined ? undefined : INPUT[key].parse(given);
  if (value !== undefined) {
    input[key] = value;
  }
}

/** Writes the message in binary: the very bytes that `toBinary` makes of `toUserMessage`. */
export function writeUser(writer: BinaryWriter, user: User): void {
  for (const [number, field] of BY_NUMBER) {
    field.write(writer, number, user);
  }
}

const BY_NUMBER: ReadonlyArray<readonly [number, OutputField<unknown>]> = KEYS.map(
  (key) => [UserSchema.field[key].number, OUTPUT[key]] as const,
).sort(([a], [b]) => a - b);

function output<V, M>(type: OutputType<V, M>, read: (user: User) => V | null): OutputField<M> {
  return {
    toMessage(user) {
      const value = read(user);
      return value === null ? undefined : type.toMessage(value);
    },
    write(writer, fieldNumber, user) {
      const value = read(user);
      if (value !== null) {
        type.write(writer, fieldNumber, value);
      }
    },
  };
}

function input<V, M>(type: InputType<V, M>, read: (user: User) => V | null): InputField<V, M> {
  return { ...output(type, read), parse: type.parse };
}
