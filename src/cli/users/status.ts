import { type User, UserSchema } from "@roster/client";
import { Command } from "commander";
import {
  addConnectionOptions,
  type Connection,
  type ConnectionOptions,
  type Environment,
  withConnection,
} from "../options/connection.ts";
import { addEtag, addRequestId, type EtagOptions, mutationOf, type RequestIdOptions } from "../options/mutation.ts";
import { addOutputOptions, type OutputOptions } from "../options/output.ts";
import { showDone } from "../terminal/output.ts";
import { addUserKey, findUserId, type UserKeyOptions } from "./user-key.ts";

interface Options extends ConnectionOptions, OutputOptions, RequestIdOptions, EtagOptions, UserKeyOptions {}

const CALLS = {
  delete: {
    method: "deleteUser",
    description: "Delete a user. Its e-mail address and external id are free, its keys revoked; it can come back.",
    done: (id: string) => `deleted user ${id}; \`roster users undelete ${id}\` brings it back`,
  },
  suspend: {
    method: "suspendUser",
    description: "Suspend a user: its keys do not work, and its sessions end.",
    done: (id: string) => `suspended user ${id}; \`roster users activate ${id}\` lifts it`,
  },
  activate: {
    method: "activateUser",
    description: "Let a suspended or invited user act.",
    done: (id: string) => `user ${id} is active`,
  },
} as const;

/** `roster users delete`, `suspend` and `activate` */
export function statusCommands(env: Environment): Command[] {
  return (Object.keys(CALLS) as Array<keyof typeof CALLS>).map((name) => {
    const { method, description, done } = CALLS[name];
    return addOptions(addUserKey(new Command(name).description(description))).action(
      (id: string | undefined, options: Options) =>
        withConnection(options, env, async (connection) => {
          const request = { accountId: connection.accountId, id: await findUserId(connection, id, options) };
          const { user } = await connection.users[method]({ ...request, ...mutationOf(options) });
          await showUser(done, user, options);
        }),
    );
  });
}

/** `roster users undelete`. A deleted user has no other key than its id. */
export function undeleteCommand(env: Environment): Command {
  const command = new Command("undelete")
    .description("Bring a deleted user back. Its sessions stay ended and its keys revoked.")
    .argument("<id>", "the user");
  return addOptions(command).action((id: string, options: Options) =>
    withConnection(options, env, async ({ users, accountId }: Connection) => {
      const { user } = await users.undeleteUser({ accountId, id, ...mutationOf(options) });
      await showUser((known) => `user ${known} is back`, user, options);
    }),
  );
}

function addOptions(command: Command): Command {
  return addOutputOptions(addEtag(addRequestId(addConnectionOptions(command))));
}

async function showUser(done: (id: string) => string, user: User | undefined, options: Options): Promise<void> {
  if (user === undefined) {
    throw new Error("the server's answer lacks its User");
  }
  await showDone(done(user.id), UserSchema, user, options);
}
