import { Command } from "commander";
import { addConnectionOptions, type ConnectionOptions, type Environment, withConnection } from "../options/connection.ts";
import { addListOptions, type ListOptions } from "../options/list.ts";
import { checkColumns, showList } from "../terminal/list.ts";
import { LISTING } from "./listing.ts";

const HELP = `
Examples:
  roster audit list --filter 'user_id == "ada" || caller_user_id == "ada"'
  roster audit list --filter 'outcome == "REFUSED" && time >= timestamp("2027-01-31T00:00:00Z")'
  roster audit list --filter 'resource == "API_KEY" && action in ["CREATED", "ROTATED"]' --count
  roster audit list --all --order-by sequence --columns time,api_key_id,method,resource_id,changed_fields

The order is "sequence" or "sequence desc". An entry has the names of the fields that were changed, and no values.`;

/** `roster audit list` */
export function listCommand(env: Environment): Command {
  const command = new Command("list")
    .description("List the entries of the account's audit log, newest first.")
    .addHelpText("after", HELP);
  return addConnectionOptions(addListOptions(command, LISTING)).action((options: ConnectionOptions & ListOptions) => {
    // Wrong columns need no server to be refused.
    checkColumns(LISTING, options);
    return withConnection(options, env, ({ audit, accountId }) =>
      showList(
        LISTING,
        async (request) => {
          const { entries: rows, ...answer } = await audit.listAuditEntries({ ...request, accountId });
          return { rows, ...answer };
        },
        options,
      ),
    );
  });
}
