import { etagMismatch, invalidField, notFound, RosterError, taken } from "../errors.ts";
import type { Caller } from "../keys/api-key.ts";
import { assertOwn } from "../keys/own-user.ts";
import type { AccountTransaction } from "../store/account-view.ts";
import { getLiveUser } from "../users/find-user.ts";
import type { Micros } from "../values/clock.ts";
import { canonicalJson, type JsonObject } from "../values/json.ts";
import { type MetadataUpdate, mergeMetadata, metadataProblem } from "../values/metadata.ts";
import { type Session, sessionEtag } from "./session.ts";

/** What callers decide about a session; absent values stay or get their default, null clears. */
export interface SessionInput {
  readonly externalId?: string | null;
  readonly metadata?: JsonObject;
}

/** Begins a session. Throws USER_NOT_FOUND, USER_SUSPENDED, SESSION_ID_TAKEN, EXTERNAL_ID_TAKEN. */
export async function createSession(
  tx: AccountTransaction,
  { id, userId, externalId = null, metadata = {} }: SessionInput & { readonly id?: string; readonly userId: string },
): Promise<Session> {
  checkMetadata(metadata);
  const user = await getLiveUser(tx, userId);
  if (user.status === "SUSPENDED") {
    throw new RosterError("USER_SUSPENDED", "the user is suspended");
  }
  if (id !== undefined && (await tx.sessions.exists(id))) {
    throw taken("SESSION_ID_TAKEN", id);
  }
  await assertExternalIdFree(tx, userId, externalId);
  const now = tx.now();
  const session = { id: id ?? tx.newId("S"), userId, externalId, metadata, createTime: now, updateTime: now };
  return tx.sessions.insert({ ...session, accountId: tx.account.id, endTime: null, version: 1 });
}

/**
 * Changes an open session; `userId`, when it is not empty, must be that of the session: it can't be changed.
 * Throws SESSION_NOT_FOUND, ETAG_MISMATCH, SESSION_ENDED, EXTERNAL_ID_TAKEN.
 */
export async function updateSession(
  tx: AccountTransaction,
  id: string,
  input: SessionInput,
  { userId, metadataUpdate, etag }: SessionUpdate,
): Promise<Session> {
  const before = await getSession(tx, id, etag);
  if (userId !== "" && userId !== before.userId) {
    throw invalidField("session.user_id", "can't be changed");
  }
  if (before.endTime !== null) {
    throw new RosterError("SESSION_ENDED", "the session has ended");
  }
  const metadata = mergeMetadata(before.metadata, input.metadata, metadataUpdate);
  checkMetadata(metadata);
  const after: Session = { ...before, ...input, metadata };
  if (after.externalId === before.externalId && canonicalJson(metadata) === canonicalJson(before.metadata)) {
    return before;
  }
  await assertExternalIdFree(tx, before.userId, after.externalId, id);
  return save(tx, before, after);
}

export interface SessionUpdate {
  readonly userId: string;
  readonly metadataUpdate: MetadataUpdate;
  readonly etag: string;
}

/** Ends a session; one that has ended stays as it is. Throws SESSION_NOT_FOUND, ETAG_MISMATCH. */
export async function endSession(
  tx: AccountTransaction,
  caller: Pick<Caller, "role" | "user">,
  id: string,
  etag: string,
): Promise<Session> {
  assertOwn(caller, (await tx.sessions.find(id))?.userId);
  const before = await getSession(tx, id, etag);
  const now = tx.now();
  return before.endTime === null ? save(tx, before, { ...before, endTime: now }, now) : before;
}

/** Erases a session. Throws SESSION_NOT_FOUND, ETAG_MISMATCH. */
export async function deleteSession(tx: AccountTransaction, id: string, etag: string): Promise<void> {
  await tx.sessions.delete(await getSession(tx, id, etag));
}

/** Ends every open session of a live user, and returns how many there were. Throws USER_NOT_FOUND. */
export async function endUserSessions(tx: AccountTransaction, userId: string): Promise<number> {
  await getLiveUser(tx, userId);
  return tx.sessions.endOpen(userId, tx.now());
}

async function getSession(tx: AccountTransaction, id: string, etag: string): Promise<Session> {
  const session = await tx.sessions.find(id);
  if (session === undefined) {
    throw notFound("Session", id);
  }
  if (etag !== "" && etag !== sessionEtag(session)) {
    throw etagMismatch("Session", sessionEtag(session));
  }
  return session;
}

function save(tx: AccountTransaction, before: Session, after: Session, now: Micros = tx.now()): Promise<Session> {
  return tx.sessions.update(before, { ...after, updateTime: now, version: after.version + 1 });
}

async function assertExternalIdFree(
  tx: AccountTransaction,
  userId: string,
  externalId: string | null,
  ownId?: string,
): Promise<void> {
  const holder = externalId === null ? undefined : await tx.sessions.findOpen(userId, externalId);
  if (holder !== undefined && holder.id !== ownId) {
    throw new RosterError("EXTERNAL_ID_TAKEN", "another open session of the user has this external id", {
      resource: { type: "roster.v1.Session", name: holder.id },
    });
  }
}

function checkMetadata(metadata: JsonObject): void {
  const problem = metadataProblem(metadata);
  if (problem !== undefined) {
    throw invalidField("session.metadata", problem);
  }
}
