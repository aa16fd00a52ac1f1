import { toJson } from "@bufbuild/protobuf";
import { Command, Option } from "commander";
import { UserChangeSchema, type WatchUsersResponse, watchUsers } from "../../client/index.ts";
import {
  addConnectionOptions,
  type Connection,
  type ConnectionOptions,
  type Environment,
  withConnection,
} from "../options/connection.ts";
import { write } from "../terminal/output.ts";
import { noteRetry } from "../terminal/progress.ts";

interface WatchCommandOptions extends ConnectionOptions {
  readonly filter?: string;
  readonly token?: string;
  readonly withInitialState?: boolean;
}

const HELP = `
Writes NDJSON: one change per line, in the JSON of the schema (UserChange). The last line of a message also has its change_token:
from there another run goes on with --token. Goes on by itself when the connection breaks or the server restarts; ends with
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
  return addConnectionOptions(command).action((options: WatchCommandOptions) =>
    withConnection(options, env, (connection) => watch(connection, options)),
  );
}

async function watch({ users, accountId, baseUrl }: Connection, options: WatchCommandOptions): Promise<void> {
  const { filter, token: changeToken, withInitialState } = options;
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  process.once("SIGINT", leave).once("SIGTERM", leave);
  let last = changeToken;
  const aside = { note: (text: string) => process.stderr.write(`${text}\n`) };
  async function* lines() {
    const onRetry = noteRetry(aside, baseUrl);
    const given = { accountId, filter, changeToken, withInitialState, signal: leaving.signal, onRetry };
    for await (const message of watchUsers(users, given)) {
      if (message.changes.length > 0) yield toLines(message);
      last = message.changeToken;
    }
  }
  try {
    await write(lines()).catch((error: unknown) => {
      if (!leaving.signal.aborted) throw error;
      aside.note(`go on with --token ${last}`);
    });
  } finally {
    leave();
    process.off("SIGINT", leave).off("SIGTERM", leave);
  }
}

function toLines({ changes, changeToken }: WatchUsersResponse): string {
  return changes
    .map((change, index) => {
      const json = toJson(UserChangeSchema, change, { useProtoFieldName: true });
      const place = index === changes.length - 1 ? { change_token: changeToken } : {};
      return `${JSON.stringify({ ...(json as object), ...place })}\n`;
    })
    .join("");
}
