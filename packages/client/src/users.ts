import type { MessageInitShape } from "@bufbuild/protobuf";
import { type CallOptions, type Client, createClient } from "@connectrpc/connect";
import type { User } from "../gen/roster/v1/user_pb.js";
import {
  type ImportUsersRequestSchema,
  type ImportUsersResponse,
  type ListUsersRequestSchema,
  UserService,
  type WatchUsersResponse,
} from "../gen/roster/v1/user_service_pb.js";
import type { ClientContext } from "./context.ts";
import { type ChunksOptions, exportChunks, type UserChunk } from "./export.ts";
import { type ImportOptions, type ImportResult, importAll, type NewUsers } from "./import.ts";
import { type All, allOf } from "./pages.ts";
import { openReplica } from "./replica/live-replica.ts";
import type { ReplicaOptions, UserReplica } from "./replica/replica.ts";
import { type WatchOptions, watchUsers } from "./watch.ts";

type ImportRequest = MessageInitShape<typeof ImportUsersRequestSchema>;

/** The calls of UserService, and what takes several of them. */
export interface UsersClient extends Omit<Client<typeof UserService>, "importUsers"> {
  /** Every user that passes: `for await (const user of roster.users.all({ filter, query })) { … }`. */
  readonly all: All<typeof ListUsersRequestSchema, User>;
  /**
   * Every user as of the moment of the first chunk, each exactly once. Resumes by itself when the stream breaks. Throws DATA_LOSS if the
   * server's count differs from what was delivered, or is missing.
   */
  chunks(options?: ChunksOptions): AsyncGenerator<UserChunk, void>;
  /**
   * Every change of an account's users, in the order of their commits, each at least once, for as long as it is read. Goes on by itself,
   * after the last message, when the stream breaks or the server restarts. Throws CHANGE_TOKEN_EXPIRED when the history no longer reaches
   * back to the token: only a new export or an initial state helps then.
   */
  watch(options?: WatchOptions): AsyncGenerator<WatchUsersResponse, void>;
  /** A live copy of the users that pass, by id: an export, then a watch. */
  replica(options?: ReplicaOptions): UserReplica;
  /**
   * Imports any number of users, in several calls at a time. A call that fails for a transient reason is made again, and lands once. Throws
   * when one fails for good; those before it have landed.
   */
  importUsers(users: NewUsers, options?: ImportOptions): Promise<ImportResult>;
  /** Imports up to 1000 users in one call. */
  importUsers(request: ImportRequest, options?: CallOptions): Promise<ImportUsersResponse>;
}

export function usersOf(context: ClientContext): UsersClient {
  const rpcs = createClient(UserService, context.transport);
  const patient = createClient(UserService, context.patient);

  function importUsers(users: NewUsers, options?: ImportOptions): Promise<ImportResult>;
  function importUsers(request: ImportRequest, options?: CallOptions): Promise<ImportUsersResponse>;
  function importUsers(given: NewUsers | ImportRequest, options?: ImportOptions & CallOptions) {
    return isIterable(given) ? importAll(patient, given, options) : rpcs.importUsers(given, options);
  }

  return {
    ...rpcs,
    importUsers,
    all: allOf(rpcs.listUsers, ({ users }) => users),
    chunks: (options = {}) => exportChunks(rpcs, options, context),
    watch: (options = {}) => watchUsers(rpcs, options, context),
    replica: (options = {}) => openReplica(rpcs, options, context),
  };
}

function isIterable(given: NewUsers | ImportRequest): given is NewUsers {
  return Symbol.asyncIterator in given || Symbol.iterator in given;
}
