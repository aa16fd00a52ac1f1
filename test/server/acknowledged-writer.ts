import { toJson } from "@bufbuild/protobuf";
import { type Client, ConnectError } from "@connectrpc/connect";
import { expect } from "vitest";
import { type User, UserSchema } from "../../gen/roster/v1/user_pb.js";
import type { UserService } from "../../gen/roster/v1/user_service_pb.js";
import type { Random } from "./random.ts";
import { GONE } from "./unreliable.ts";

const BATCH_SIZE = 50;
const IDS = 20;

/**
 * Writes users of its own, one call after the other, and remembers each answer: what was acknowledged must be there, and the
 * one call without an answer must have happened wholly or not at all.
 */
export class AcknowledgedWriter {
  readonly name: string;
  readonly #random: Random;
  /** Each user as it was last acknowledged. */
  readonly users = new Map<string, User>();
  /** Ids of the users of acknowledged batches; nothing else is done to them. */
  readonly batches: string[] = [];
  /** Ids of the batch that has no answer. */
  pendingBatch: string[] = [];
  /** Id of the single write that has no answer. */
  pendingId: string | undefined;
  /** Transactions acknowledged that changed something. */
  acknowledged = 0;
  #batches = 0;

  constructor(name: string, random: Random) {
    this.name = name;
    this.#random = random;
  }

  /** Goes on until a call fails. */
  async run(client: Client<typeof UserService>): Promise<void> {
    try {
      for (;;) {
        await (this.#random.chance(0.15) ? this.#import(client) : this.#write(client));
        this.acknowledged += 1;
      }
    } catch (error) {
      expect(GONE).toContain(ConnectError.from(error).code);
    }
  }

  async #import(client: Client<typeof UserService>): Promise<void> {
    this.#batches += 1;
    const ids = Array.from({ length: BATCH_SIZE }, (_, index) => `${this.name}-batch-${this.#batches}-${index}`);
    this.pendingBatch = ids;
    await client.importUsers({ users: ids.map((id) => ({ id, about: "imported" })) });
    this.pendingBatch = [];
    this.batches.push(...ids);
  }

  async #write(client: Client<typeof UserService>): Promise<void> {
    const id = `${this.name}-${this.#random.below(IDS)}`;
    const known = this.users.get(id);
    this.pendingId = id;
    const { user } = await this.#change(client, id, known);
    this.pendingId = undefined;
    if (user !== undefined) this.users.set(id, user);
  }

  #change(client: Client<typeof UserService>, id: string, known: User | undefined): Promise<{ user?: User | undefined }> {
    if (known === undefined) {
      return client.createUser({ userId: id, user: { about: "created" } });
    }
    if (known.deleteTime !== undefined) {
      return client.undeleteUser({ id });
    }
    return this.#random.chance(0.2)
      ? client.deleteUser({ id, etag: known.etag })
      : client.updateUser({ user: { id, etag: known.etag, about: `update of version ${known.version}` } });
  }
}

/** A user, to compare. */
export function asText(user: User): string {
  return JSON.stringify(toJson(UserSchema, user));
}
