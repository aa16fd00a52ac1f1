import { DeleteSessionResponseSchema, EndUserSessionsResponseSchema, SessionSchema } from "@roster/client";
import { Command, Option } from "commander";
import {
  addConnectionOptions,
  type Connection,
  type ConnectionOptions,
  type Environment,
  withConnection,
} from "../options/connection.ts";
import { addListOptions, type ListOptions } from "../options/list.ts";
import { addOutputOptions, type OutputOptions } from "../options/output.ts";
import type { Listing } from "../terminal/columns.ts";
import { type ListRequest, showList } from "../terminal/list.ts";
import { show, showDone } from "../terminal/output.ts";

type Options = ConnectionOptions & OutputOptions;

interface ListSessionsOptions extends ConnectionOptions, ListOptions {
  readonly user?: string;
}

interface UserOptions extends Options {
  readonly user: string;
}

interface CreateOptions extends UserOptions {
  readonly externalId?: string;
}

/** `roster sessions` */
export function sessionsCommand(env: Environment): Command {
  const commands = [createCommand, getCommand, endCommand, endAllCommand, deleteCommand];
  const list = addConnectionOptions(addListOptions(listCommand(env), listingOf({ accountId: "" })));
  const sessions = new Command("sessions").description("Manage the sessions of users.").addCommand(list);
  for (const command of commands) {
    sessions.addCommand(addOutputOptions(addConnectionOptions(command(env))));
  }
  return sessions;
}

function listCommand(env: Environment): Command {
  const user = new Option("--user <id>", "only those of this user").conflicts(["filter", "orderBy"]);
  return new Command("list")
    .description("List sessions, open and ended, newest first.")
    .addOption(user)
    .action((options: ListSessionsOptions) =>
      withConnection(options, env, (connection) =>
        showList(
          listingOf(connection),
          async (request) => {
            const { sessions: rows, ...answer } = await listPage(connection, options.user, request);
            return { rows, ...answer };
          },
          options,
        ),
      ),
    );
}

function createCommand(env: Environment): Command {
  return new Command("create")
    .description("Begin a session.")
    .requiredOption("--user <id>", "whose it is")
    .option("--external-id <id>", "your own id of it; unique among the user's open sessions")
    .action((options: CreateOptions) =>
      withConnection(options, env, async ({ sessions, accountId }) => {
        const { user: userId, externalId } = options;
        const session = { userId, ...(externalId !== undefined && { externalId }) };
        await show(SessionSchema, (await sessions.createSession({ accountId, session })).session, options);
      }),
    );
}

function getCommand(env: Environment): Command {
  return new Command("get")
    .description("Show a session, open or ended.")
    .argument("<id>", "the session")
    .action((id: string, options: Options) =>
      withConnection(options, env, async ({ sessions, accountId }) => {
        await show(SessionSchema, (await sessions.getSession({ accountId, id })).session, options);
      }),
    );
}

function endCommand(env: Environment): Command {
  return new Command("end")
    .description("End a session. One that has ended stays as it is.")
    .argument("<id>", "the session")
    .action((id: string, options: Options) =>
      withConnection(options, env, async ({ sessions, accountId }) => {
        await show(SessionSchema, (await sessions.endSession({ accountId, id })).session, options);
      }),
    );
}

function endAllCommand(env: Environment): Command {
  return new Command("end-all")
    .description("End every open session of a user.")
    .requiredOption("--user <id>", "whose they are")
    .action((options: UserOptions) =>
      withConnection(options, env, async ({ sessions, accountId }) => {
        const response = await sessions.endUserSessions({ accountId, userId: options.user });
        await showDone(`sessions ended: ${response.endedCount}`, EndUserSessionsResponseSchema, response, options);
      }),
    );
}

function deleteCommand(env: Environment): Command {
  return new Command("delete")
    .description("Erase a session for good.")
    .argument("<id>", "the session")
    .action((id: string, options: Options) =>
      withConnection(options, env, async ({ sessions, accountId }) => {
        const response = await sessions.deleteSession({ accountId, id });
        await showDone(`deleted session ${id}`, DeleteSessionResponseSchema, response, options);
      }),
    );
}

function listPage({ sessions, accountId }: Connection, userId: string | undefined, request: ListRequest) {
  return userId === undefined
    ? sessions.listSessions({ ...request, accountId })
    : sessions.listUserSessions({ ...request, accountId, userId });
}

const COLUMNS = ["id", "user_id", "external_id", "create_time", "end_time"];

function listingOf({ accountId }: Pick<Connection, "accountId">): Listing<typeof SessionSchema> {
  return { schema: SessionSchema, columns: accountId === "-" ? ["account_id", ...COLUMNS] : COLUMNS };
}
