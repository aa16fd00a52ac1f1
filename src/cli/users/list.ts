import { UserSchema } from "@roster/client";
import { Command } from "commander";
import { addConnectionOptions, type ConnectionOptions, type Environment, withConnection } from "../options/connection.ts";
import { addListOptions, type ListOptions } from "../options/list.ts";
import type { Listing } from "../terminal/columns.ts";
import { checkColumns, showList } from "../terminal/list.ts";

interface ListUsersOptions extends ConnectionOptions, ListOptions {
  readonly query?: string;
  readonly showDeleted?: boolean;
}

const COLUMNS = ["id", "email", "name", "status", "create_time"];

const HELP = `
Examples:
  roster users list --query 'ada love'
  roster users list --filter 'status == "ACTIVE" && metadata.plan in ["pro", "team"]' --order-by email
  roster users list --all --columns id,email,metadata.plan --output table
  roster users list --filter '!has(email)' --count

A long list is read page by page, each as it is at that moment; "roster export" has all users as of one moment.`;

/** `roster users list` */
export function listCommand(env: Environment): Command {
  const command = new Command("list")
    .description("List users, newest first.")
    .option("--query <words>", "only those with these words, or words that begin so, in name, e-mail or an id")
    .option("--show-deleted", "deleted ones, too")
    .addHelpText("after", HELP);
  return addConnectionOptions(addListOptions(command, listingOf(undefined))).action((options: ListUsersOptions) => {
    // Wrong columns need no server to be refused.
    checkColumns(listingOf(options.account), options);
    return withConnection(options, env, ({ users, accountId }) =>
      showList(
        listingOf(accountId),
        async (request) => {
          const { query = "", showDeleted = false } = options;
          const { users: rows, ...answer } = await users.listUsers({ ...request, accountId, query, showDeleted });
          return { rows, ...answer };
        },
        options,
      ),
    );
  });
}

function listingOf(accountId: string | undefined): Listing<typeof UserSchema> {
  return { schema: UserSchema, columns: accountId === "-" ? ["account_id", ...COLUMNS] : COLUMNS };
}
