import { toJson } from "@bufbuild/protobuf";
import { RosterError, type User, type UserChunk, UserSchema } from "@roster/client";
import { Command, InvalidArgumentError } from "commander";
import { UsageError } from "../errors.ts";
import {
  addConnectionOptions,
  type Connection,
  type ConnectionOptions,
  type Environment,
  withConnection,
} from "../options/connection.ts";
import { addOutputOptions, type OutputOptions } from "../options/output.ts";
import { showDocument, write } from "../terminal/output.ts";
import { createProgress, noteRetry, type Progress } from "../terminal/progress.ts";
import { assertWritable, type ExportPosition, PartFile } from "./part-file.ts";

interface ExportCommandOptions extends ConnectionOptions, OutputOptions {
  readonly chunkSize?: number;
  readonly showDeleted?: boolean;
  readonly filter?: string;
}

const HELP = `
Writes NDJSON: one user per line, in the JSON of the schema, with the field names of the schema (external_id). All users are as
they were at one moment, whatever is written meanwhile. "roster import" takes the file as it is.

Goes on by itself when the connection breaks or the server restarts. The file is written as FILE.part and takes its name when
it is complete and the server's count agrees; if the command itself is stopped, the same command continues where it was. At the
end it shows the token from which "roster watch" goes on; a program gets it as JSON on standard output.`;

/** `roster export` */
export function exportCommand(env: Environment): Command {
  const command = new Command("export")
    .description("Export all users, as of one moment, to a file.")
    .argument("<file>", "NDJSON; - for standard output")
    .option("--chunk-size <users>", "the most users in one message, 1 to 5000 (default: 500)", parseChunkSize)
    .option("--filter <cel>", "only users that pass, in CEL: 'status == \"ACTIVE\"'")
    .option("--show-deleted", "deleted users too (import would make live users of them)")
    .addHelpText("after", HELP);
  return addOutputOptions(addConnectionOptions(command)).action(async (file: string, options: ExportCommandOptions) => {
    if (file !== "-") {
      await assertWritable(file);
    } else if (options.output !== undefined && options.output !== "ndjson") {
      throw new UsageError(
        "on standard output users come as NDJSON, which import takes; `roster users list --all` has other formats",
      );
    }
    await withConnection(options, env, (connection) =>
      file === "-" ? exportToStdout(connection, options) : exportToFile(file, connection, options),
    );
  });
}

async function exportToStdout(connection: Connection, options: ExportCommandOptions): Promise<void> {
  const progress = await startProgress(connection, options);
  const leaving = new AbortController();
  async function* lines() {
    for await (const chunk of chunks(connection, { ...options, signal: leaving.signal }, progress)) {
      yield toLines(chunk.users);
    }
  }
  try {
    await write(lines());
  } finally {
    leaving.abort();
    progress.stop();
  }
}

async function exportToFile(file: string, connection: Connection, options: ExportCommandOptions): Promise<void> {
  const start = performance.now();
  const { accountId } = connection;
  const { showDeleted = false, filter = "" } = options;
  const part = await PartFile.open(file, { accountId, showDeleted, filter });
  const progress = await startProgress(connection, options);
  try {
    if (part.position.userCount > 0) {
      progress.note(`continuing after ${part.position.userCount} users`);
    }
    const begun = part.position.resumeToken;
    const changeToken = await fill(part, connection, options, progress).catch((error: unknown) => {
      // The server no longer has the state of that moment. Another moment may be taken only if this run has exported nothing yet.
      if (
        begun === "" ||
        part.position.resumeToken !== begun ||
        !RosterError.from(error).reason?.startsWith("RESUME_TOKEN_")
      ) {
        throw error;
      }
      progress.note(`the unfinished export can't be continued (${RosterError.from(error).reason}); beginning again`);
      return part.restart().then(() => fill(part, connection, options, progress));
    });
    await part.complete();
    progress.stop();
    const seconds = (performance.now() - start) / 1000;
    const { userCount } = part.position;
    process.stderr.write(`exported ${userCount} users in ${seconds.toFixed(1)} s to ${file}\n`);
    await showDocument({ file, user_count: userCount, change_token: changeToken }, "", options);
  } finally {
    progress.stop();
    await part.close();
  }
}

/** Returns the token from which a watch goes on; empty if all accounts are exported. */
async function fill(
  part: PartFile,
  connection: Connection,
  options: ExportCommandOptions,
  progress: Progress,
): Promise<string> {
  let last = "";
  for await (const { users, resumeToken, userCount, changeToken } of chunks(connection, options, progress, part.position)) {
    await part.write(toLines(users), { resumeToken, userCount });
    last = changeToken;
  }
  return last;
}

async function* chunks(
  { users, baseUrl, accountId }: Connection,
  { chunkSize, showDeleted, filter, signal }: ExportCommandOptions & { readonly signal?: AbortSignal },
  progress: Progress,
  position?: ExportPosition,
): AsyncGenerator<UserChunk> {
  const onRetry = noteRetry(progress, baseUrl);
  const options = { accountId, chunkSize, showDeleted, filter, signal, onRetry, ...position };
  for await (const chunk of users.chunks(options)) {
    yield chunk;
    progress.update(chunk.userCount, chunk.userCount);
    if (chunk.complete && chunk.changeToken !== "") {
      progress.note(`for the changes since: roster watch --token ${chunk.changeToken}`);
    }
  }
}

/** Counting costs the server time, so it is done only if a person watches the progress. */
async function startProgress(
  { users, accountId }: Connection,
  { showDeleted = false, filter = "" }: ExportCommandOptions,
): Promise<Progress> {
  const request = { accountId, countOnly: true, showDeleted, filter };
  const count = async () => (await users.listUsers(request)).totalSize;
  const total = process.stderr.isTTY ? await count() : undefined;
  return createProgress("exported", total === undefined ? undefined : Number(total));
}

function toLines(users: readonly User[]): string {
  return users.map((user) => `${JSON.stringify(toJson(UserSchema, user, { useProtoFieldName: true }))}\n`).join("");
}

function parseChunkSize(text: string): number {
  const size = /^\d+$/.test(text) ? Number(text) : 0;
  if (size < 1 || size > 5000) {
    throw new InvalidArgumentError("It must be a whole number from 1 to 5000.");
  }
  return size;
}
