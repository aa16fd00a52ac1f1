import { type AuditEntry, AuditEntrySchema, type RetryOptions } from "@roster/client";
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
import { defaultColumns } from "../terminal/columns.ts";
import { toDocument } from "../terminal/document.ts";
import { mapParts } from "../terminal/parts.ts";
import { showWatch } from "../terminal/watch.ts";
import { LISTING } from "./listing.ts";

interface WatchCommandOptions extends ConnectionOptions, OutputOptions {
  readonly filter?: string;
  readonly token?: string;
  readonly fromStart?: boolean;
}

const HELP = `
A person sees a table; a program gets NDJSON: one entry per line, as "roster audit list" has it. The last line of a message also has its
resume_token: from there another run goes on with --token. Goes on by itself when the connection breaks or the server restarts; ends with
RESUME_TOKEN_EXPIRED when the log no longer reaches back to the token. Ctrl-C ends it, and shows the last token.`;

/** `roster audit watch` */
export function watchCommand(env: Environment): Command {
  const command = new Command("watch")
    .description("Follow the account's audit log.")
    .option("--filter <cel>", "only entries that pass, in CEL")
    .addHelpText("after", HELP);
  addStartOptions(command, [
    ["--from-now", "begin with the next entry (default)"],
    ["--from-start", "begin with the oldest entry that is kept"],
    ["--token <token>", "go on after a line that had this token"],
  ]);
  return addOutputOptions(addConnectionOptions(command)).action((options: WatchCommandOptions) =>
    withConnection(options, env, (connection) => watch(connection, options)),
  );
}

function watch(connection: Connection, options: WatchCommandOptions): Promise<void> {
  const { audit, accountId } = connection;
  const { filter, token: resumeToken, fromStart } = options;
  const open = (retry: RetryOptions) =>
    mapParts(audit.watch({ accountId, filter, resumeToken, fromStart, ...retry }), (message) => ({
      rows: message.entries,
      token: message.resumeToken,
    }));
  return showWatch({ ...SHOWN, open }, connection, options);
}

const { titles, cellsOf } = defaultColumns(LISTING);
const SHOWN = {
  titles,
  cellsOf,
  documentOf: (entry: AuditEntry) => toDocument(AuditEntrySchema, entry),
  tokenName: "resume_token",
};
