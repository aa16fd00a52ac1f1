import { AccountSchema, DeleteAccountResponseSchema } from "@roster/client";
import { Command } from "commander";
import { UsageError } from "../errors.ts";
import {
  addConnectionOptions,
  addServerOptions,
  type ConnectionOptions,
  type Environment,
  withConnection,
} from "../options/connection.ts";
import { addListOptions, type ListOptions } from "../options/list.ts";
import { addOutputOptions, type OutputOptions } from "../options/output.ts";
import { readSchemaFile } from "../options/schema-file.ts";
import type { Listing } from "../terminal/columns.ts";
import { showList } from "../terminal/list.ts";
import { show, showDone } from "../terminal/output.ts";

type Options = ConnectionOptions & OutputOptions;

interface CreateOptions extends Options {
  readonly name: string;
  readonly slug?: string;
  readonly metadataSchema?: string;
}

interface UpdateOptions extends Options {
  readonly name?: string;
  readonly slug?: string;
  readonly selfWritable?: string;
  /** False: none. */
  readonly metadataSchema?: string | false;
  readonly force?: boolean;
}

interface DeleteOptions extends Options {
  readonly force?: boolean;
}

/** `roster accounts`. Where the account must be named it is an argument, and there is no `--account` to contradict it. */
export function accountsCommand(env: Environment): Command {
  const commands = [
    addServerOptions(createCommand(env)),
    addConnectionOptions(getCommand(env)),
    addConnectionOptions(updateCommand(env)),
    addServerOptions(statusCommand(env, "suspend")),
    addServerOptions(statusCommand(env, "activate")),
    addServerOptions(deleteCommand(env)),
  ];
  const list = addServerOptions(addListOptions(listCommand(env), LISTING));
  const accounts = new Command("accounts").description("Manage accounts.").addCommand(list);
  for (const command of commands) {
    accounts.addCommand(addOutputOptions(command));
  }
  return accounts;
}

function listCommand(env: Environment): Command {
  return new Command("list")
    .description("List all accounts. Takes a super admin.")
    .action((options: ConnectionOptions & ListOptions) =>
      withConnection(options, env, ({ accounts }) =>
        showList(
          LISTING,
          async (request) => {
            const { accounts: rows, ...answer } = await accounts.listAccounts(request);
            return { rows, ...answer };
          },
          options,
        ),
      ),
    );
}

function createCommand(env: Environment): Command {
  return new Command("create")
    .description("Create an account. Takes a super admin.")
    .requiredOption("--name <name>", "what people call the account")
    .option("--slug <slug>", "its short name for links (default: made from the name)")
    .option("--metadata-schema <file>", "a JSON Schema that the metadata of its users must keep to")
    .action((options: CreateOptions) => {
      const metadataSchema = readSchemaFile(options.metadataSchema);
      return withConnection(options, env, async ({ accounts }) => {
        const { account } = await accounts.createAccount({
          account: { ...namesOf(options), ...(metadataSchema && { metadataSchema }) },
        });
        await show(AccountSchema, account, options);
      });
    });
}

function getCommand(env: Environment): Command {
  return new Command("get")
    .description("Show an account. Needs an ADMIN key; for another account than the key's, a super admin.")
    .argument("[id]", "the account (default: that of --account)")
    .action((id: string | undefined, options: Options) =>
      withConnection(options, env, async ({ accounts, accountId }) => {
        const { account } = await accounts.getAccount({ accountId: id ?? accountId });
        await show(AccountSchema, account, options);
      }),
    );
}

function updateCommand(env: Environment): Command {
  return new Command("update")
    .description("Change an account. Needs what get needs.")
    .argument("[id]", "the account (default: that of --account)")
    .option("--name <name>", "what people call the account")
    .option("--slug <slug>", "its short name for links")
    .option("--self-writable <places>", 'metadata that users may change of themselves: theme,profile.city; "" for none')
    .option("--metadata-schema <file>", "a JSON Schema that the metadata of its users must keep to")
    .option("--no-metadata-schema", "let users have any metadata")
    .option("--force", "set the schema although users break it: they may stay until their metadata is next written")
    .action((id: string | undefined, options: UpdateOptions) => {
      const paths = CHANGEABLE.filter((name) => options[name] !== undefined);
      if (paths.length === 0) {
        throw new UsageError("nothing to change: give --name, --slug, --self-writable or --metadata-schema");
      }
      const metadataSchema = readSchemaFile(options.metadataSchema || undefined);
      return withConnection(options, env, async ({ accounts, accountId }) => {
        const { account, metadataViolations } = await accounts.updateAccount({
          accountId: id ?? accountId,
          account: {
            ...namesOf(options),
            selfWritable: options.selfWritable?.split(",").filter(Boolean) ?? [],
            ...(metadataSchema && { metadataSchema }),
          },
          updateMask: { paths: paths.map((path) => AccountSchema.field[path].name) },
          force: options.force ?? false,
        });
        if (metadataViolations > 0n) {
          process.stderr.write(
            `${metadataViolations} users break the schema, and may until their metadata is next written\n`,
          );
        }
        await show(AccountSchema, account, options);
      });
    });
}

const CHANGEABLE = ["name", "slug", "selfWritable", "metadataSchema"] as const;

const STATUS_CALLS = {
  suspend: { method: "suspendAccount", description: "Bar an account: its keys do not work. Takes a super admin." },
  activate: { method: "activateAccount", description: "Let a suspended account act again. Takes a super admin." },
} as const;

function statusCommand(env: Environment, name: keyof typeof STATUS_CALLS): Command {
  const { method, description } = STATUS_CALLS[name];
  return new Command(name)
    .description(description)
    .argument("<id>", "the account")
    .action((id: string, options: Options) =>
      withConnection(options, env, async ({ accounts }) => {
        await show(AccountSchema, (await accounts[method]({ accountId: id })).account, options);
      }),
    );
}

function deleteCommand(env: Environment): Command {
  return new Command("delete")
    .description("Erase an account for good. Takes a super admin.")
    .argument("<id>", "the account")
    .option("--force", "also erase its users, sessions, keys and history")
    .action((id: string, options: DeleteOptions) =>
      withConnection(options, env, async ({ accounts }) => {
        const response = await accounts.deleteAccount({ accountId: id, force: options.force ?? false });
        await showDone(`deleted account ${id}`, DeleteAccountResponseSchema, response, options);
      }),
    );
}

const LISTING = {
  schema: AccountSchema,
  columns: ["id", "name", "slug", "status", "create_time"],
} satisfies Listing<typeof AccountSchema>;

function namesOf({ name, slug }: Pick<UpdateOptions, "name" | "slug">): { name?: string; slug?: string } {
  return { ...(name !== undefined && { name }), ...(slug !== undefined && { slug }) };
}
