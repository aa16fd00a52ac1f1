import { ApiKeyRole, type User } from "@roster/client";
import type { Command } from "commander";
import { UsageError } from "../errors.ts";
import type { Connection } from "../options/connection.ts";

/** What `addUserKey` adds. */
export interface UserKeyOptions {
  readonly email?: string;
  readonly externalId?: string;
}

/** Lets a command be about one user, by whichever key. */
export function addUserKey(command: Command): Command {
  return command
    .argument("[id]", "the user")
    .option("--email <address>", "or the one with this e-mail address")
    .option("--external-id <id>", "or the one with this external id");
}

/** Finds the user that a command names. A deleted one is found by its id alone. */
export async function findUser(
  { users, accountId, caller }: Connection,
  id: string | undefined,
  options: UserKeyOptions,
  { showDeleted = false, fields = [] }: { readonly showDeleted?: boolean; readonly fields?: readonly string[] } = {},
): Promise<User> {
  // A caller with the role SELF has no other user than its own.
  const own = caller.role === ApiKeyRole.SELF ? caller.user?.id : undefined;
  const key = keyOf(id, options) ?? keyOf(own, {});
  if (key === undefined) {
    throw new UsageError("which user? give its id, --email or --external-id");
  }
  const readMask = fields.length === 0 ? {} : { readMask: { paths: [...fields] } };
  const { user } = await users.getUser({ accountId, key, showDeleted: showDeleted && key.case === "id", ...readMask });
  if (user === undefined) {
    throw new Error("the server's answer lacks its User");
  }
  return user;
}

/** The id of the user that a command names. */
export async function findUserId(connection: Connection, id: string | undefined, options: UserKeyOptions): Promise<string> {
  // The server says whether there is one, when it is asked to do something with it.
  return keyOf(id, options)?.case === "id" && id ? id : (await findUser(connection, id, options, { fields: ["id"] })).id;
}

function keyOf(id: string | undefined, { email, externalId }: UserKeyOptions) {
  const keys = [
    { case: "id", value: id },
    { case: "email", value: email },
    { case: "externalId", value: externalId },
  ] as const;
  const given = keys.flatMap((key) => (key.value === undefined ? [] : [{ case: key.case, value: key.value }]));
  if (given.length > 1) {
    throw new UsageError("give one of the user's id, --email and --external-id, not several");
  }
  return given[0];
}
