import { PurgeReceiptSchema, type User } from "@roster/client";
import { Command } from "commander";
import { CommandError, UsageError } from "../errors.ts";
import { addConnectionOptions, type ConnectionOptions, type Environment, withConnection } from "../options/connection.ts";
import { addEtag, type EtagOptions, mutationOf } from "../options/mutation.ts";
import { addOutputOptions, type OutputOptions } from "../options/output.ts";
import { show } from "../terminal/output.ts";
import { ask, canAsk } from "../terminal/prompt.ts";
import { formatFields } from "../terminal/table.ts";
import { addUserKey, findUser, type UserKeyOptions } from "./user-key.ts";

interface PurgeOptions extends ConnectionOptions, OutputOptions, EtagOptions, UserKeyOptions {
  readonly yes?: boolean;
}

/** `roster users purge` */
export function purgeCommand(env: Environment): Command {
  const command = addUserKey(new Command("purge"))
    .description("Erase a user for good, live or deleted, with its sessions, keys and history. Asks first.")
    .option("--yes", "do not ask");
  return addOutputOptions(addEtag(addConnectionOptions(command))).action((id: string | undefined, options: PurgeOptions) => {
    if (!options.yes && !canAsk()) {
      throw new UsageError("purge asks at a terminal before it erases; where there is none, give --yes");
    }
    return withConnection(options, env, async (connection) => {
      const user = await findUser(connection, id, options, {
        showDeleted: true,
        fields: ["id", "email", "name", "display_name"],
      });
      if (!options.yes) {
        await confirm(user);
      }
      const request = { accountId: connection.accountId, id: user.id, ...mutationOf(options) };
      await show(PurgeReceiptSchema, (await connection.users.purgeUser(request)).receipt, options);
    });
  });
}

async function confirm({ id, email = "-", name = "-", displayName = "-" }: User): Promise<void> {
  const fields = { id, email, name, display_name: displayName };
  process.stderr.write(
    `${formatFields(Object.entries(fields))}\nIt will be erased for good, with its sessions, keys and history.\n`,
  );
  const answer = await ask("Type its id to go on: ");
  if (answer.trim() !== id) {
    throw new CommandError("that is not its id; nothing was erased");
  }
}
