import { type Timestamp, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Command, InvalidArgumentError, Option } from "commander";
import { type ApiKey, ApiKeyRole } from "../client/index.ts";
import { addConnectionOptions, type ConnectionOptions, type Environment, withConnection } from "./connection.ts";

const ROLES = { reader: ApiKeyRole.READER, writer: ApiKeyRole.WRITER, admin: ApiKeyRole.ADMIN } as const;

interface CreateOptions extends ConnectionOptions {
  readonly name: string;
  readonly role: keyof typeof ROLES;
  readonly user?: string;
  readonly expires?: Timestamp;
  readonly json?: boolean;
}

/** `roster keys` */
export function keysCommand(env: Environment): Command {
  return new Command("keys").description("Manage API keys.").addCommand(createCommand(env));
}

function createCommand(env: Environment): Command {
  const command = new Command("create")
    .description("Create an API key, and show its secret, this once. Needs an ADMIN key.")
    .requiredOption("--name <name>", "what people call the key")
    .addOption(new Option("--role <role>", "what it may do").choices(Object.keys(ROLES)).makeOptionMandatory())
    .option("--user <id>", "the user on whose behalf it acts (default: that of the calling key)")
    .option("--expires <time>", "when it ends, RFC 3339: 2027-01-31T12:00:00Z (default: never)", parseTime)
    .option("--json", "print JSON, also on a terminal");
  return addConnectionOptions(command).action((options: CreateOptions) =>
    withConnection(options, env, async ({ apiKeys, accountId }) => {
      const { name, role, user = "", expires } = options;
      const { apiKey, secret } = await apiKeys.createApiKey({
        accountId,
        apiKey: { displayName: name, role: ROLES[role], userId: user, ...(expires && { expireTime: expires }) },
      });
      const show = options.json || !process.stdout.isTTY ? asJson : asText;
      process.stdout.write(show(apiKey, { accountId, role, secret }));
    }),
  );
}

interface Shown {
  readonly accountId: string;
  readonly role: string;
  readonly secret: string;
}

function asJson(apiKey: ApiKey | undefined, { accountId, role, secret }: Shown): string {
  return `${JSON.stringify({ id: apiKey?.id, account_id: accountId, user_id: apiKey?.userId, role, secret })}\n`;
}

function asText(apiKey: ApiKey | undefined, { accountId, role, secret }: Shown): string {
  return `${secret}\n\nThe secret of ${role} key ${apiKey?.id} of account ${accountId}. It is not shown again.\n`;
}

const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

function parseTime(text: string): Timestamp {
  const time = new Date(text);
  if (!RFC_3339.test(text) || Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError("It must be a time as in RFC 3339, for example 2027-01-31T12:00:00Z.");
  }
  return timestampFromDate(time);
}
