import { taken } from "../../directory/errors.ts";
import type { AccountTransaction } from "../../directory/store/account-view.ts";
import type { User, UserStatus, UserValues } from "../../directory/users/user.ts";
import type { JsonObject } from "../../directory/values/json.ts";
import { foldUserName, type Mapping, userNameField } from "./mapping.ts";

/** One who is invited stays so until somebody says otherwise. */
export function statusFor({ active }: JsonObject, before: UserStatus | undefined): Partial<Pick<UserValues, "status">> {
  if (active === undefined) {
    return {};
  }
  return { status: active === false ? "SUSPENDED" : before === "INVITED" ? "INVITED" : "ACTIVE" };
}

/** The name as it is spelt may be the external id of a user whom SCIM has not written. Throws EXTERNAL_ID_TAKEN. */
export async function assertNameFree(
  tx: AccountTransaction,
  mapping: Mapping,
  { userName }: JsonObject,
  before?: User,
): Promise<void> {
  if (userNameField(mapping) !== "externalId" || typeof userName !== "string" || foldUserName(userName) === userName) {
    return;
  }
  const [holder] = await tx.users.findLive("externalId", [userName]);
  if (holder !== undefined && holder.id !== before?.id) {
    throw taken("EXTERNAL_ID_TAKEN", holder.id);
  }
}
