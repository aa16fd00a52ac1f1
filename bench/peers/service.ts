import { create } from "@bufbuild/protobuf";
import { type Timestamp, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import Database from "better-sqlite3";
import { type User, UserSchema, UserStatus } from "../../gen/roster/v1/user_pb.js";
import {
  type CreateUserRequest,
  type CreateUserResponse,
  CreateUserResponseSchema,
  type GetUserRequest,
  type GetUserResponse,
  GetUserResponseSchema,
  type ListUsersChunkedRequest,
  type ListUsersChunkedResponse,
  ListUsersChunkedResponseSchema,
  type ListUsersRequest,
  type ListUsersResponse,
  ListUsersResponseSchema,
} from "../../gen/roster/v1/user_service_pb.js";
import type { NewUserRow, Place, UserRow, UserStore } from "./store.ts";

export type PeerService = ReturnType<typeof peerService>;

/** Both peers run these: they differ in their transport alone. */
export function peerService(store: UserStore) {
  return {
    async getUser({ key }: GetUserRequest): Promise<GetUserResponse> {
      const row = await (key.case === "email"
        ? store.find("email_key", key.value.trim().toLowerCase())
        : store.find(key.case === "externalId" ? "external_id" : "id", key.value ?? ""));
      if (row === undefined) {
        throw new ConnectError("there is no such user", Code.NotFound);
      }
      return create(GetUserResponseSchema, { user: toMessage(row) });
    },

    async createUser({ userId, user }: CreateUserRequest): Promise<CreateUserResponse> {
      const row = await store.insert(toRow(user ?? create(UserSchema)), userId || undefined).catch((error: unknown) => {
        const taken = error instanceof Database.SqliteError && error.code.startsWith("SQLITE_CONSTRAINT");
        throw taken ? new ConnectError("an id, external id or e-mail is taken", Code.AlreadyExists) : error;
      });
      return create(CreateUserResponseSchema, { user: toMessage(row), created: true });
    },

    async listUsers({ pageSize, pageToken }: ListUsersRequest): Promise<ListUsersResponse> {
      const limit = Math.min(pageSize || 50, 1000);
      const rows = await store.page(limit + 1, pageToken === "" ? undefined : parseToken(pageToken));
      const users = rows.slice(0, limit);
      const last = users.at(-1);
      return create(ListUsersResponseSchema, {
        users: users.map(toMessage),
        nextPageToken: rows.length > limit && last !== undefined ? toToken(last) : "",
      });
    },

    async *listUsersChunked({ chunkSize }: ListUsersChunkedRequest): AsyncGenerator<ListUsersChunkedResponse> {
      const limit = Math.min(chunkSize || 500, 5000);
      for (let rows = await store.chunk(limit, ""); rows.length > 0; ) {
        yield create(ListUsersChunkedResponseSchema, { users: rows.map(toMessage) });
        rows = await store.chunk(limit, rows.at(-1)?.id ?? "");
      }
    },
  };
}

function toMessage(row: UserRow): User {
  return create(UserSchema, {
    accountId: row.account_id,
    id: row.id,
    ...(row.external_id !== null && { externalId: row.external_id }),
    ...(row.email !== null && { email: row.email }),
    ...(row.name !== null && { name: row.name }),
    ...(row.display_name !== null && { displayName: row.display_name }),
    about: row.about,
    ...(row.project !== null && { project: row.project }),
    metadata: JSON.parse(row.metadata),
    status: STATUSES.indexOf(row.status),
    superAdmin: row.super_admin === 1,
    createTime: toTimestamp(row.create_time),
    updateTime: toTimestamp(row.update_time),
    version: BigInt(row.version),
    etag: `${row.revision}-${row.version}`,
  });
}

function toRow(user: User): NewUserRow {
  return {
    external_id: user.externalId ?? null,
    email: user.email ?? null,
    name: user.name ?? null,
    display_name: user.displayName ?? null,
    about: user.about ?? "",
    project: user.project ?? null,
    metadata: JSON.stringify(user.metadata ?? {}),
    status: STATUSES[user.status || UserStatus.ACTIVE] ?? "",
  };
}

/** By the numbers of the enum. */
const STATUSES = ["", "INVITED", "ACTIVE", "SUSPENDED"];

function toTimestamp(micros: number): Timestamp {
  const seconds = Math.floor(micros / 1_000_000);
  return create(TimestampSchema, { seconds: BigInt(seconds), nanos: (micros % 1_000_000) * 1000 });
}

function toToken({ id, create_time }: Place): string {
  return Buffer.from(JSON.stringify({ id, create_time })).toString("base64url");
}

function parseToken(token: string): Place {
  try {
    return JSON.parse(Buffer.from(token, "base64url").toString());
  } catch {
    throw new ConnectError("no page token", Code.InvalidArgument);
  }
}
