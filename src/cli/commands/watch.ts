import { toJson } from "@bufbuild/protobuf";
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { type RetryOptions, type UserChange, UserChangeSchema, UserChangeType } from "@roster/client";
import { Command } from "commander";
import {
  addConnectionOptions,
  type Connection,
  type ConnectionOptions,
  type Environment,
  withConnection,
} from "../options/connection.ts";
import { addOutputOptions, type OutputOptions } from "../options/output.ts";
import { addStartOptions } from "../options/start.ts";
import type { Document } from "../terminal/document.ts";
import { mapParts } from "../terminal/parts.ts";
import { showWatch } from "../terminal/watch.ts";

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
  const command = new Command("watch")
    .description("Follow the changes of users.")
    .option("--filter <cel>", "only changes of users that pass, in CEL")
    .addHelpText("after", HELP);
  addStartOptions(command, [
    ["--from-now", "begin with the next change (default)"],
    ["--with-initial-state", "begin with the users that there are"],
    ["--token <token>", "go on after an export, or a line that had this token"],
  ]);
  return addOutputOptions(addConnectionOptions(command)).action((options: WatchCommandOptions) =>
    withConnection(options, env, (connection) => watch(connection, options)),
  );
}

function watch(connection: Connection, options: WatchCommandOptions): Promise<void> {
  const { users, accountId } = connection;
  const { filter, token: changeToken, withInitialState } = options;
  const open = (retry: RetryOptions) =>
    mapParts(users.watch({ accountId, filter, changeToken, withInitialState, ...retry }), (message) => ({
      rows: message.changes,
      token: message.changeToken,
    }));
  return showWatch({ ...SHOWN, open }, connection, options);
}

const SHOWN = {
  titles: ["TIME", "CHANGE", "USER", "EMAIL", "FIELDS"],
  cellsOf: toCells,
  documentOf: toDocument,
  tokenName: "change_token",
};

function toCells({ commitTime, type, userId, user, changedFields }: UserChange): string[] {
  const kind = UserChangeType[type].toLowerCase().replaceAll("_", " ");
  return [formatTime(commitTime), kind, userId, user?.email ?? "-", changedFields.join(", ") || "-"];
}

function toDocument(change: UserChange): Document {
  const json = toJson(UserChangeSchema, change, { useProtoFieldName: true });
  return { ...(json as object) };
}

function formatTime(time: Timestamp | undefined): string {
  return time === undefined
    ? "-"
    : timestampDate(time)
        .toISOString()
        .replace(/\.\d+Z$/, "Z");
}
