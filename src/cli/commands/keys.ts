import { type Duration, type Timestamp, timestampMs } from "@bufbuild/protobuf/wkt";
import { type ApiKey, ApiKeyRole, ApiKeySchema } from "@roster/client";
import { Command, Option } from "commander";
import type { RateLimit } from "../../directory/limits/token-bucket.ts";
import { addConnectionOptions, type ConnectionOptions, type Environment, withConnection } from "../options/connection.ts";
import { addListOptions, type ListOptions } from "../options/list.ts";
import { addOutputOptions, type OutputOptions } from "../options/output.ts";
import { parseRateLimitOption } from "../options/rate-limit.ts";
import { parseDurationOption, parseTimeOption } from "../options/times.ts";
import type { Listing } from "../terminal/columns.ts";
import { toDocument } from "../terminal/document.ts";
import { showList } from "../terminal/list.ts";
import { show, showDocument } from "../terminal/output.ts";

const ROLES = {
  self: ApiKeyRole.SELF,
  reader: ApiKeyRole.READER,
  writer: ApiKeyRole.WRITER,
  admin: ApiKeyRole.ADMIN,
} as const;

type Options = ConnectionOptions & OutputOptions;

interface CreateOptions extends Options {
  readonly name: string;
  readonly role: keyof typeof ROLES;
  readonly user?: string;
  readonly expires?: Timestamp;
  readonly rateLimit?: RateLimit;
  readonly certificateName?: string[];
}

interface RotateOptions extends Options {
  readonly overlap?: Duration;
}

/** `roster keys` */
export function keysCommand(env: Environment): Command {
  const commands = [createCommand, getCommand, rotateCommand, revokeCommand].map((command) => command(env));
  const list = addConnectionOptions(addListOptions(listCommand(env), listingOf("")));
  const keys = new Command("keys").description("Manage API keys. Needs an ADMIN key.").addCommand(list);
  for (const command of commands) {
    keys.addCommand(addOutputOptions(addConnectionOptions(command)));
  }
  return keys;
}

function listCommand(env: Environment): Command {
  return new Command("list")
    .description("List the keys of the account, oldest first, also those that no longer work.")
    .action((options: ConnectionOptions & ListOptions) =>
      withConnection(options, env, ({ apiKeys, accountId }) =>
        showList(
          listingOf(accountId),
          async (request) => {
            const { apiKeys: rows, ...answer } = await apiKeys.listApiKeys({ ...request, accountId });
            return { rows, ...answer };
          },
          options,
        ),
      ),
    );
}

function createCommand(env: Environment): Command {
  return new Command("create")
    .description("Create a key, and show its secret, this once.")
    .requiredOption("--name <name>", "what people call the key")
    .addOption(new Option("--role <role>", "what it may do").choices(Object.keys(ROLES)).makeOptionMandatory())
    .option("--user <id>", "the user on whose behalf it acts (default: that of the calling key)")
    .option("--certificate-name <name...>", "names in client certificates that stand for the key; takes a super admin")
    .option(
      "--rate-limit <calls>",
      "calls a second, and at once after a rest: 100, 100:500 (default: the server's)",
      parseRateLimitOption,
    )
    .option("--expires <time>", "when it ends, RFC 3339: 2027-01-31T12:00:00Z (default: never)", parseTimeOption)
    .action((options: CreateOptions) =>
      withConnection(options, env, async ({ apiKeys, accountId }) => {
        const { name: displayName, role, user: userId = "", expires: expireTime, rateLimit, certificateName = [] } = options;
        const apiKey = {
          displayName,
          role: ROLES[role],
          userId,
          certificateNames: certificateName,
          ...(expireTime && { expireTime }),
          ...(rateLimit && { rateLimit }),
        };
        await showSecret(await apiKeys.createApiKey({ accountId, apiKey }), accountId, options);
      }),
    );
}

function getCommand(env: Environment): Command {
  return new Command("get")
    .description("Show a key, without its secret.")
    .argument("<id>", "the key")
    .action((id: string, options: Options) =>
      withConnection(options, env, async ({ apiKeys, accountId }) => {
        await show(ApiKeySchema, (await apiKeys.getApiKey({ accountId, id })).apiKey, options);
      }),
    );
}

function rotateCommand(env: Environment): Command {
  return new Command("rotate")
    .description("Give a key a new secret, and show it, this once.")
    .argument("<id>", "the key")
    .option(
      "--overlap <time>",
      "how much longer the old secret works: 30s, 1h, 7d (default: not at all)",
      parseDurationOption,
    )
    .action((id: string, options: RotateOptions) =>
      withConnection(options, env, async ({ apiKeys, accountId }) => {
        const { overlap } = options;
        await showSecret(await apiKeys.rotateApiKey({ accountId, id, ...(overlap && { overlap }) }), accountId, options);
      }),
    );
}

function revokeCommand(env: Environment): Command {
  return new Command("revoke")
    .description("Revoke a key for good.")
    .argument("<id>", "the key")
    .action((id: string, options: Options) =>
      withConnection(options, env, async ({ apiKeys, accountId }) => {
        await show(ApiKeySchema, (await apiKeys.revokeApiKey({ accountId, id })).apiKey, options);
      }),
    );
}

const COLUMNS = ["id", "display_name", "role", "user_id", "state", "expire_time", "last_use_time"];

function listingOf(accountId: string): Listing<typeof ApiKeySchema> {
  const columns = accountId === "-" ? ["account_id", ...COLUMNS] : COLUMNS;
  return { schema: ApiKeySchema, columns, computed: { state: stateOf } };
}

function roleOf({ role }: ApiKey): string {
  return ApiKeyRole[role].toLowerCase();
}

function stateOf({ revokeTime, expireTime }: ApiKey): string {
  if (revokeTime !== undefined) {
    return "revoked";
  }
  return expireTime !== undefined && timestampMs(expireTime) <= Date.now() ? "expired" : "active";
}

async function showSecret(
  { apiKey, secret }: { readonly apiKey?: ApiKey | undefined; readonly secret: string },
  accountId: string,
  options: OutputOptions,
): Promise<void> {
  const document = { ...toDocument(ApiKeySchema, apiKey), secret };
  const text = `${secret}\n\nThe secret of ${apiKey && roleOf(apiKey)} key ${apiKey?.id} of account ${accountId}. It is not shown again.\n`;
  await showDocument(document, text, options);
}
