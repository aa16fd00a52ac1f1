import { Command, InvalidArgumentError, Option } from "commander";
import { UserSchema } from "../../client/index.ts";
import {
  addConnectionOptions,
  type Connection,
  type ConnectionOptions,
  type Environment,
  withConnection,
} from "../options/connection.ts";
import { addListOptions, formatOf, type ListOptions } from "../options/output.ts";
import { defaultColumns, type Listing } from "../terminal/columns.ts";
import { columnsOf, showDocument, showRows } from "../terminal/output.ts";
import { firstRows, type PageRequest } from "../terminal/pages.ts";

interface ListUsersOptions extends ConnectionOptions, ListOptions {
  readonly filter?: string;
  readonly orderBy?: string;
  readonly showDeleted?: boolean;
  readonly limit: number;
  readonly all?: boolean;
  readonly count?: boolean;
}

const COLUMNS = ["id", "email", "name", "status", "create_time"];
const DEFAULT_LIMIT = 50;

const HELP = `
Examples:
  roster users list --filter 'status == "ACTIVE" && metadata.plan in ["pro", "team"]' --order-by email
  roster users list --all --columns id,email,metadata.plan --output table
  roster users list --filter '!has(email)' --count

A long list is read page by page, each as it is at that moment; "roster export" has all users as of one moment.`;

/** `roster users list` */
export function listCommand(env: Environment): Command {
  const command = new Command("list")
    .description("List users, newest first.")
    .option("--filter <cel>", "only those that pass, in CEL")
    .option("--order-by <fields>", "the order: 'email', 'create_time desc, id'")
    .option("--show-deleted", "deleted ones, too")
    .addOption(
      new Option("--limit <users>", "the most users to list").default(DEFAULT_LIMIT).argParser(parseLimit).conflicts("all"),
    )
    .option("--all", "all of them, as they come")
    .option("--count", "only how many there are")
    .addHelpText("after", HELP);
  return addListOptions(addConnectionOptions(command), COLUMNS).action((options: ListUsersOptions) => {
    // Wrong columns need no server to be refused.
    columnsOf(listingOf(options.account), options);
    return withConnection(options, env, (connection) =>
      options.count ? countUsers(connection, options) : listUsers(connection, options),
    );
  });
}

async function listUsers({ users, accountId }: Connection, options: ListUsersOptions): Promise<void> {
  const listing = listingOf(accountId);
  const columns = columnsOf(listing, options) ?? (formatOf(options) === "table" ? defaultColumns(listing) : undefined);
  const request = { ...listOf(options), accountId, ...(columns && { readMask: { paths: [...columns.fields] } }) };
  const list = async (page: PageRequest) => {
    const { users: rows, nextPageToken } = await users.listUsers({ ...request, ...page });
    return { rows, nextPageToken };
  };
  let hasMore = false;
  async function* parts() {
    hasMore = yield* firstRows(list, options.all ? undefined : options.limit);
  }
  await showRows(listing, parts(), options);
  if (hasMore && !options.all) {
    process.stderr.write(`these are the first ${options.limit}; --all lists all, --limit more\n`);
  }
}

async function countUsers({ users, accountId }: Connection, options: ListUsersOptions): Promise<void> {
  const { totalSize = 0n } = await users.listUsers({ ...listOf(options), accountId, pageSize: 1, includeTotal: true });
  await showDocument({ total_size: String(totalSize) }, `${totalSize}\n`, options);
}

function listOf({ filter = "", orderBy = "", showDeleted = false }: ListUsersOptions) {
  return { filter, orderBy, showDeleted };
}

function listingOf(accountId: string | undefined): Listing<typeof UserSchema> {
  return { schema: UserSchema, columns: accountId === "-" ? ["account_id", ...COLUMNS] : COLUMNS };
}

function parseLimit(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new InvalidArgumentError("It must be a whole number from 1 on; for all users there is --all.");
  }
  return Number(text);
}
