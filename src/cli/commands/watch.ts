import { toJson } from "@bufbuild/protobuf";
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { Command, Option } from "commander";
import {
  type UserChange,
  UserChangeSchema,
  UserChangeType,
  type WatchUsersResponse,
  watchUsers,
} from "../../client/index.ts";
import {
  addConnectionOptions,
  type Connection,
  type ConnectionOptions,
  type Environment,
  withConnection,
} from "../options/connection.ts";
import { addOutputOptions, formatOf, type OutputOptions } from "../options/output.ts";
import type { Document } from "../terminal/document.ts";
import { showParts, write } from "../terminal/output.ts";
import { mapParts } from "../terminal/parts.ts";
import { noteRetry } from "../terminal/progress.ts";
import { createTable } from "../terminal/table.ts";

interface WatchCommandOptions extends ConnectionOptions, OutputOptions {
  readonly filter?: string;
  readonly token?: string;
  readonly withInitialState?: boolean;
}

const HELP = `
A person sees a table; a program gets NDJSON: one change per line, in the JSON of the schema (UserChange). The last line of a message
also has its change_token: from there another run goes on with --token. Goes on by itself when the connection breaks or the server restarts; ends with
CHANGE_TOKEN_EXPIRED when the change history no longer reaches back to the token. Ctrl-C ends it, and shows the last token.`;

/** `roster watch` */
export function watchCommand(env: Environment): Command {
  const start = ["fromNow", "withInitialState", "token"];
  const startOption = (flags: string, description: string, name: string) =>
    new Option(flags, description).conflicts(start.filter((other) => other !== name));
  const command = new Command("watch")
    .description("Follow the changes of users.")
    .option("--filter <cel>", "only changes of users that pass, in CEL")
    .addOption(startOption("--from-now", "begin with the next change (default)", "fromNow"))
    .addOption(startOption("--with-initial-state", "begin with the users that there are", "withInitialState"))
    .addOption(startOption("--token <token>", "go on after an export, or a line that had this token", "token"))
    .addHelpText("after", HELP);
  return addOutputOptions(addConnectionOptions(command)).action((options: WatchCommandOptions) =>
    withConnection(options, env, (connection) => watch(connection, options)),
  );
}

async function watch(connection: Connection, options: WatchCommandOptions): Promise<void> {
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  process.once("SIGINT", leave).once("SIGTERM", leave);
  try {
    await print(messages(connection, options, leaving.signal), options);
  } finally {
    leave();
    process.off("SIGINT", leave).off("SIGTERM", leave);
  }
}

/** The messages that have changes, until the signal, which is the good end of a watch. */
async function* messages(
  { users, accountId, baseUrl }: Connection,
  { filter, token, withInitialState }: WatchCommandOptions,
  signal: AbortSignal,
): AsyncGenerator<WatchUsersResponse> {
  const aside = { note: (text: string) => process.stderr.write(`${text}\n`) };
  const onRetry = noteRetry(aside, baseUrl);
  let last = token;
  try {
    for await (const message of watchUsers(users, {
      accountId,
      filter,
      changeToken: token,
      withInitialState,
      signal,
      onRetry,
    })) {
      if (message.changes.length > 0) yield message;
      last = message.changeToken;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    aside.note(`go on with --token ${last}`);
  }
}

async function print(parts: AsyncIterable<WatchUsersResponse>, options: OutputOptions): Promise<void> {
  const format = formatOf(options);
  if (format === "table") {
    const table = createTable(["TIME", "CHANGE", "USER", "EMAIL", "FIELDS"]);
    await write(mapParts(parts, ({ changes }) => table(changes.map(toCells))));
  } else {
    await showParts(mapParts(parts, toDocuments), format);
  }
}

function toCells({ commitTime, type, userId, user, changedFields }: UserChange): string[] {
  const kind = UserChangeType[type].toLowerCase().replaceAll("_", " ");
  return [formatTime(commitTime), kind, userId, user?.email ?? "-", changedFields.join(", ") || "-"];
}

function toDocuments({ changes, changeToken }: WatchUsersResponse): Document[] {
  return changes.map((change, index) => {
    const json = toJson(UserChangeSchema, change, { useProtoFieldName: true });
    const place = index === changes.length - 1 ? { change_token: changeToken } : {};
    return { ...(json as object), ...place };
  });
}

function formatTime(time: Timestamp | undefined): string {
  return time === undefined
    ? "-"
    : timestampDate(time)
        .toISOString()
        .replace(/\.\d+Z$/, "Z");
}
