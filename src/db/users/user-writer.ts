import type { AuditedChange } from "../../directory/audit/entry.ts";
import { changesAccess } from "../../directory/keys/authentication.ts";
import type { Origin } from "../../directory/store/store.ts";
import type { Erased, NewUser, UserKeys, UserWriter } from "../../directory/store/users.ts";
import type { User, UserKeyKind } from "../../directory/users/user.ts";
import { foldKey } from "../../directory/users/user.ts";
import { changedFields } from "../../directory/users/user-fields.ts";
import type { TransactionAudit } from "../audit/transaction-audit.ts";
import type { AccessChanges } from "../commit/access-changes.ts";
import type { Revision } from "../commit/revision.ts";
import type { Transaction } from "../query/queryable.ts";
import { toChangeRow } from "./change-row.ts";
import { eraseUsers } from "./data/erase-users.ts";
import { findUsersInData } from "./data/user-data.ts";
import { withEncoded } from "./encoded-users.ts";
import { KnownUsers } from "./known-users.ts";
import type { UserPages } from "./user-pages.ts";
import { KyselyUserReader } from "./user-reader.ts";
import { toUser, toUserRow } from "./user-row.ts";
import { selectUsers } from "./user-statements.ts";
import { changedWords, toUserWords } from "./user-words.ts";
import type { WriteBuffer } from "./write-buffer.ts";

/** What a transaction writes users with. */
export interface UserWrites {
  readonly buffer: WriteBuffer;
  readonly revision: Revision;
  readonly accessChanges: AccessChanges;
  readonly audit: TransactionAudit;
}

/** Reads as the reader does, but knows what it has read or written before. */
export class KyselyUserWriter extends KyselyUserReader implements UserWriter {
  readonly #tx: Transaction;
  readonly #origin: Origin;
  readonly #writes: UserWrites;
  readonly #known = new KnownUsers();

  constructor(tx: Transaction, origin: Origin, pages: UserPages, writes: UserWrites) {
    super(tx, origin.accountId, pages);
    this.#tx = tx;
    this.#origin = origin;
    this.#writes = writes;
  }

  async load({ ids, externalIds, emails }: UserKeys): Promise<void> {
    const unknown = [...new Set(ids)].filter((id) => this.#known.find(id) === undefined);
    if (unknown.length > 0) {
      const rows = await selectUsers(this.#tx, this.accountId).where("id", "in", unknown).execute();
      this.#known.learn(unknown, rows.map(toUser));
    }
    await this.findLive("externalId", externalIds);
    await this.findLive("email", emails);
  }

  override async find(id: string): Promise<User | undefined> {
    const known = this.#known.find(id);
    if (known !== undefined) {
      return known ?? undefined;
    }
    const user = await super.find(id);
    this.#known.learn([id], user === undefined ? [] : [user]);
    return user;
  }

  override async findLive(kind: UserKeyKind, keys: readonly string[]): Promise<User[]> {
    if (kind === "id") {
      return super.findLive(kind, keys);
    }
    // Nearly all that an import asks: one key, known since `load`.
    if (keys.length === 1) {
      const [key = ""] = keys;
      const known = this.#known.findLive(kind, foldKey(kind, key));
      if (known !== undefined) {
        return known === null ? [] : [known];
      }
    }
    const wanted = [...new Set(keys.map((key) => foldKey(kind, key)))];
    const unknown = wanted.filter((key) => this.#known.findLive(kind, key) === undefined);
    if (unknown.length > 0) {
      this.#known.learnLive(kind, unknown, await super.findLive(kind, unknown));
    }
    return wanted.flatMap((key) => this.#known.findLive(kind, key) ?? []);
  }

  async insert(user: NewUser): Promise<User> {
    const { buffer, revision, audit } = this.#writes;
    const stamp = revision.next();
    const stored: User = {
      ...user,
      accountId: this.accountId,
      updateTime: user.createTime,
      deleteTime: null,
      version: 1,
      revision: stamp.revision,
    };
    const row = toUserRow(stored);
    const change = toChangeRow(this.#origin, stamp, { type: "CREATED", user: row, after: row });
    await buffer.insertUser(withEncoded(row, this.pages.encoder), toUserWords(stored), change);
    audit.record({ action: "CREATED", ...aboutUser(stored.id) });
    this.#known.put(stored);
    return stored;
  }

  async update(before: User, after: User): Promise<User> {
    const { buffer, revision, accessChanges, audit } = this.#writes;
    const stamp = revision.next();
    const stored = { ...after, version: before.version + 1, revision: stamp.revision };
    const row = toUserRow(stored);
    const type = typeOf(before, stored);
    const fields = changedFields(before, stored);
    const change = toChangeRow(this.#origin, stamp, {
      type,
      user: row,
      fields,
      before: toUserRow(before),
      after: row,
    });
    await buffer.updateUser(withEncoded(row, this.pages.encoder), change, {
      keepsKeys: keepsKeys(before, stored),
      words: changedWords(before, stored),
    });
    audit.record({ action: type, ...aboutUser(stored.id), changedFields: fields });
    this.#known.replace(before, stored);
    if (changesAccess(before, stored)) {
      accessChanges.add(stored.id);
    }
    return stored;
  }

  async purge(user: User): Promise<Erased> {
    const erased = await this.purgeAll([user]);
    return erased(user.id);
  }

  async purgeAll(users: readonly User[]): Promise<(userId: string) => Erased> {
    const { buffer, revision, accessChanges, audit } = this.#writes;
    const ids = users.map(({ id }) => id);
    // First, because it makes whatever waits to be written go before.
    const data = await findUsersInData(this.#tx, this.accountId, ids);
    const audited = await audit.eraseNames(data);
    await this.pages.dialect.words.remove(this.#tx, this.accountId, ids);
    const erased = await eraseUsers(this.#tx, data);
    for (const user of users) {
      const purged = { id: user.id, version: user.version + 1 };
      await buffer.insertChange(toChangeRow(this.#origin, revision.next(), { type: "PURGED", user: purged }));
      audit.record({ action: "PURGED", ...aboutUser(audited(user.id).pseudonym) });
      this.#known.drop(user);
      accessChanges.add(user.id);
    }
    return (userId) => ({ ...erased(userId), ...audited(userId) });
  }
}

function aboutUser(id: string): Pick<AuditedChange, "resource" | "resourceId" | "userId"> {
  return { resource: "USER", resourceId: id, userId: id };
}

function typeOf(before: User, after: User): "UPDATED" | "DELETED" | "UNDELETED" {
  if ((before.deleteTime === null) === (after.deleteTime === null)) {
    return "UPDATED";
  }
  return after.deleteTime === null ? "UNDELETED" : "DELETED";
}

/** Whether no other user could have wanted a key of this one before the change, or could want one after it. */
function keepsKeys(before: User, after: User): boolean {
  return before.externalId === after.externalId && before.email === after.email && before.deleteTime === after.deleteTime;
}
