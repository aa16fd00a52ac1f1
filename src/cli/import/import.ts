import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { ImportMode } from "@roster/client";
import { Command, Option } from "commander";
import { systemCode } from "../../directory/values/cause.ts";
import { UsageError } from "../errors.ts";
import { EXIT_CODES } from "../exit-codes.ts";
import {
  addConnectionOptions,
  type Connection,
  type ConnectionOptions,
  type Environment,
  withConnection,
} from "../options/connection.ts";
import { addOutputOptions, type OutputOptions } from "../options/output.ts";
import { showDocument } from "../terminal/output.ts";
import { createProgress } from "../terminal/progress.ts";
import { ErrorsFile } from "./bad-rows.ts";
import { toBatches } from "./batches.ts";
import { FORMATS, type Format, formatOf, readUsers } from "./formats.ts";
import { type ImportResult, importBatches } from "./send.ts";

interface ImportOptions extends ConnectionOptions, OutputOptions {
  readonly format?: Format;
  readonly mode: keyof typeof MODES;
  readonly errors?: string;
  readonly fresh?: boolean;
}

const MODES = {
  "create-only": ImportMode.CREATE_ONLY,
  upsert: ImportMode.UPSERT,
  "skip-existing": ImportMode.SKIP_EXISTING,
} as const;

const HELP = `
NDJSON has one user per line, in the JSON of the schema (external_id or externalId); what "roster export" writes can be
imported. CSV has a header of field names: id, external_id, email, email_verify_time, name, display_name, about, project,
status, super_admin, metadata (JSON), and metadata.KEY for single keys as text; an empty cell is an absent field. What only the server decides
(account_id, create_time, update_time, delete_time, version, etag) is ignored.

Rows that are no users, or that the server does not take, go to the errors file with the reason. Correct each "row" there,
then: jq -c .row FILE.errors.ndjson | roster import -

An import that broke off can be started again: within 24 hours the server knows what it has imported of the same file, and
answers for that part as it did then, without importing it again.

Exit code: 0 if every row landed or was skipped, 1 if some failed; else as for every command.`;

/** `roster import` */
export function importCommand(env: Environment): Command {
  const command = new Command("import")
    .description("Import users from a file of any size.")
    .argument("<file>", "NDJSON or CSV, told apart by the name (.ndjson, .jsonl, .csv); - for standard input")
    .addOption(new Option("--format <format>", "what the file is, whatever its name").choices(FORMATS))
    .addOption(
      new Option("--mode <mode>", "what happens to users that exist").choices(Object.keys(MODES)).default("create-only"),
    )
    .option("--errors <file>", "where bad rows go (default: FILE.errors.ndjson)")
    .option("--fresh", "import every row, also if the same file was imported in the last 24 hours")
    .addHelpText("after", HELP);
  return addOutputOptions(addConnectionOptions(command)).action((file: string, options: ImportOptions) =>
    importFile(file, options, env),
  );
}

async function importFile(file: string, options: ImportOptions, env: Environment): Promise<void> {
  const format = options.format ?? formatOf(file);
  const errorsPath = options.errors ?? `${file === "-" ? "import" : file}.errors.ndjson`;
  if (resolve(errorsPath) === resolve(file)) {
    throw new UsageError("the errors file must not be the file that is imported");
  }
  const size = await sizeOf(file);
  await withConnection(options, env, async (connection) => {
    const chunks: AsyncIterable<Uint8Array> = file === "-" ? process.stdin : createReadStream(file);
    await run(readUsers(chunks, format), connection, { ...options, size, errorsPath });
  });
}

async function run(
  users: ReturnType<typeof readUsers>,
  connection: Connection,
  options: ImportOptions & { readonly size: number | undefined; readonly errorsPath: string },
): Promise<void> {
  const { mode, fresh = false, size, errorsPath } = options;
  const start = performance.now();
  const progress = createProgress("imported", size);
  const errors = new ErrorsFile(errorsPath);
  try {
    const result = await importBatches(toBatches(users), connection, { mode: MODES[mode], fresh, errors, progress });
    progress.stop();
    await report(result, errors.path, (performance.now() - start) / 1000, options);
  } finally {
    progress.stop();
    await errors.close();
  }
}

async function report(result: ImportResult, errorsPath: string, seconds: number, options: OutputOptions): Promise<void> {
  const { created, updated, skipped, failed, repeated } = result;
  if (repeated > 0) {
    process.stderr.write(
      `${repeated} rows had been imported by an earlier run of this import; --fresh imports them again\n`,
    );
  }
  if (failed > 0) {
    process.stderr.write(`the rows that failed are in ${errorsPath}\n`);
    process.exitCode = EXIT_CODES.failed.code;
  }
  const rate = Math.round((created + updated + skipped + failed) / Math.max(seconds, 0.001));
  const counts = `created ${created}, updated ${updated}, skipped ${skipped}, failed ${failed}`;
  const document = { created, updated, skipped, failed, repeated, ...(failed > 0 && { errors_file: errorsPath }) };
  await showDocument(document, `${counts}, in ${seconds.toFixed(1)} s, ${rate} rows/s\n`, options);
}

/** In bytes; undefined for a pipe. */
async function sizeOf(file: string): Promise<number | undefined> {
  if (file === "-") {
    return undefined;
  }
  try {
    const found = await stat(file);
    if (found.isDirectory()) {
      throw new UsageError(`${file} is a folder`);
    }
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    throw systemCode(error) === undefined ? error : new UsageError(`can't read ${file}: ${systemCode(error)}`);
  }
}
