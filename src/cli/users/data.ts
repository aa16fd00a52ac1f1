import { open, rename, rm } from "node:fs/promises";
import { toJson } from "@bufbuild/protobuf";
import { type UserDataRecord, UserDataRecordSchema } from "@roster/client";
import { Command } from "commander";
import { CommandError } from "../errors.ts";
import {
  addConnectionOptions,
  type Connection,
  type ConnectionOptions,
  type Environment,
  withConnection,
} from "../options/connection.ts";
import { write } from "../terminal/output.ts";

const HELP = `
Writes NDJSON: one record per line, in the JSON of the schema (UserDataRecord). The file is readable for its owner alone, and is there
only when it is whole.`;

/** `roster users data` */
export function dataCommand(env: Environment): Command {
  const command = new Command("data")
    .description("Write all that is kept of a user, live or deleted: what a purge would remove.")
    .argument("<id>", "the user")
    .argument("<file>", "NDJSON; - for standard output")
    .addHelpText("after", HELP);
  return addConnectionOptions(command).action((id: string, file: string, options: ConnectionOptions) =>
    withConnection(options, env, (connection) =>
      file === "-" ? write(lines(connection, id)) : writeFile(file, lines(connection, id)),
    ),
  );
}

/** Throws a CommandError at the end if something is missing. */
async function* lines({ userData, accountId }: Connection, id: string): AsyncGenerator<string> {
  let count = 0n;
  let announced: bigint | undefined;
  for await (const { records, summary } of userData.exportUserData({ accountId, id })) {
    count += BigInt(records.length);
    announced = summary?.recordCount;
    yield records.map(toLine).join("");
  }
  if (announced !== count) {
    throw new CommandError("the answer of the server is not whole; try again");
  }
}

function toLine(record: UserDataRecord): string {
  return `${JSON.stringify(toJson(UserDataRecordSchema, record, { useProtoFieldName: true }))}\n`;
}

async function writeFile(path: string, texts: AsyncIterable<string>): Promise<void> {
  const part = `${path}.part`;
  const file = await open(part, "w", 0o600);
  try {
    for await (const text of texts) await file.write(text);
    await file.sync();
    await file.close();
    await rename(part, path);
  } catch (error) {
    await file.close();
    await rm(part, { force: true });
    throw error;
  }
}
