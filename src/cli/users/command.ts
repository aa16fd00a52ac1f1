import { UserSchema } from "@roster/client";
import { Command } from "commander";
import { addConnectionOptions, type ConnectionOptions, type Environment, withConnection } from "../options/connection.ts";
import { addOutputOptions, type OutputOptions } from "../options/output.ts";
import { show } from "../terminal/output.ts";
import { createCommand } from "./create.ts";
import { dataCommand } from "./data.ts";
import { editCommand } from "./edit.ts";
import { listCommand } from "./list.ts";
import { purgeCommand } from "./purge.ts";
import { statusCommands, undeleteCommand } from "./status.ts";
import { updateCommand } from "./update.ts";
import { addUserKey, findUser, type UserKeyOptions } from "./user-key.ts";

interface GetOptions extends ConnectionOptions, OutputOptions, UserKeyOptions {
  readonly showDeleted?: boolean;
}

/** `roster users` */
export function usersCommand(env: Environment): Command {
  const commands = [
    listCommand(env),
    getCommand(env),
    createCommand(env),
    updateCommand(env),
    editCommand(env),
    ...statusCommands(env),
    undeleteCommand(env),
    purgeCommand(env),
    dataCommand(env),
  ];
  const users = new Command("users").description("Manage users.");
  for (const command of commands) {
    users.addCommand(command);
  }
  return users;
}

function getCommand(env: Environment): Command {
  const command = addUserKey(new Command("get").description("Show a user.")).option(
    "--show-deleted",
    "also a deleted one, by its id",
  );
  return addOutputOptions(addConnectionOptions(command)).action((id: string | undefined, options: GetOptions) =>
    withConnection(options, env, async (connection) => {
      const { showDeleted = false } = options;
      await show(UserSchema, await findUser(connection, id, options, { showDeleted }), options);
    }),
  );
}
