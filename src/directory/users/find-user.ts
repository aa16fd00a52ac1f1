import { notFound } from "../errors.ts";
import type { AccountView } from "../store/account-view.ts";
import type { UserKey } from "../store/users.ts";
import type { User } from "./user.ts";

/** Live or deleted. Throws USER_NOT_FOUND. */
export async function getUser(view: AccountView, id: string): Promise<User> {
  const user = await view.users.find(id);
  if (user === undefined) {
    throw notFound("User", id);
  }
  return user;
}

/** Throws USER_NOT_FOUND, also for a deleted user. */
export async function getLiveUser(view: AccountView, id: string): Promise<User> {
  const user = await findLiveUser(view, id);
  if (user === undefined) {
    throw notFound("User", id);
  }
  return user;
}

export async function findLiveUser({ users }: AccountView, id: string): Promise<User | undefined> {
  const user = await users.find(id);
  return user?.deleteTime === null ? user : undefined;
}

/** The live user with the key; with `showDeleted`, by its id, live or deleted. */
export async function findByKey(view: AccountView, { kind, key, showDeleted = false }: UserKey): Promise<User | undefined> {
  if (kind !== "id") {
    return (await view.users.findLive(kind, [key]))[0];
  }
  return showDeleted ? view.users.find(key) : findLiveUser(view, key);
}

/** The live user with the external id; null is nobody's. */
export async function findByExternalId({ users }: AccountView, externalId: string | null): Promise<User | undefined> {
  return externalId === null ? undefined : (await users.findLive("externalId", [externalId]))[0];
}
