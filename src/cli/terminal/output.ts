import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type DescMessage, type MessageShape, toJson } from "@bufbuild/protobuf";
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import type { Command } from "commander";
import { systemCode } from "../errors.ts";
import { type Column, createTable, formatFields } from "./table.ts";

/** What `addOutputOptions` adds. */
export interface OutputOptions {
  readonly json?: boolean;
}

export function addOutputOptions(command: Command): Command {
  return command.option("--json", "print JSON, also on a terminal");
}

export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

interface Page<T> {
  readonly rows: readonly T[];
  readonly nextPageToken: string;
}

type Document = Readonly<Record<string, unknown>>;

/** Writes to standard output. A reader that closes the pipe, as in `roster export - | head`, is no failure. */
export async function write(texts: Iterable<string> | AsyncIterable<string>): Promise<void> {
  try {
    await pipeline(Readable.from(texts), process.stdout, { end: false });
  } catch (error) {
    if (systemCode(error) !== "EPIPE") {
      throw error;
    }
  }
}

/** Whether to print text for a person: on a terminal, unless JSON is asked for. A program gets JSON. */
export function isForPerson({ json }: OutputOptions): boolean {
  return !json && process.stdout.isTTY;
}

/** Shows one message, with the field names of the schema. */
export async function show<D extends DescMessage>(
  schema: D,
  message: MessageShape<D> | undefined,
  options: OutputOptions,
): Promise<void> {
  const document = toDocument(schema, message);
  await write([isForPerson(options) ? formatFields(fieldsOf(document)) : `${JSON.stringify(document)}\n`]);
}

/** Says that something is done, or shows the server's answer. */
export async function showDone<D extends DescMessage>(
  text: string,
  schema: D,
  message: MessageShape<D>,
  options: OutputOptions,
): Promise<void> {
  await write([`${isForPerson(options) ? text : JSON.stringify(toDocument(schema, message))}\n`]);
}

/** Shows every row of every page: a table, or a JSON array with a line for each. */
export async function showList<D extends DescMessage>(
  schema: D,
  list: (page: PageRequest) => Promise<Page<MessageShape<D>>>,
  columns: readonly Column<MessageShape<D>>[],
  options: OutputOptions,
): Promise<void> {
  const pages = allPages(list);
  await write(isForPerson(options) ? tables(pages, columns) : jsonArray(schema, pages));
}

/** JSON by the field names of the schema, with fields that have default values, such as zero. */
export function toDocument<D extends DescMessage>(schema: D, message: MessageShape<D> | undefined): Document {
  const json: unknown = message && toJson(schema, message, { useProtoFieldName: true, alwaysEmitImplicit: true });
  if (typeof json !== "object" || json === null) {
    throw new Error(`the server's answer lacks its ${schema.name}`);
  }
  return { ...json };
}

/** `2027-01-31T12:00:00Z`, for tables. */
export function formatTime(time: Timestamp | undefined): string {
  return time === undefined
    ? "-"
    : timestampDate(time)
        .toISOString()
        .replace(/\.\d+Z$/, "Z");
}

const PAGE_SIZE = 1000;

async function* allPages<T>(list: (page: PageRequest) => Promise<Page<T>>): AsyncGenerator<readonly T[]> {
  let pageToken = "";
  do {
    const { rows, nextPageToken } = await list({ pageSize: PAGE_SIZE, pageToken });
    yield rows;
    pageToken = nextPageToken;
  } while (pageToken !== "");
}

async function* tables<T>(pages: AsyncIterable<readonly T[]>, columns: readonly Column<T>[]): AsyncGenerator<string> {
  const table = createTable(columns);
  for await (const rows of pages) {
    yield table(rows);
  }
}

async function* jsonArray<D extends DescMessage>(
  schema: D,
  pages: AsyncIterable<readonly MessageShape<D>[]>,
): AsyncGenerator<string> {
  let before = "[";
  for await (const rows of pages) {
    let text = "";
    for (const row of rows) {
      text += `${before}\n${JSON.stringify(toDocument(schema, row))}`;
      before = ",";
    }
    if (text !== "") {
      yield text;
    }
  }
  yield before === "[" ? "[]\n" : "\n]\n";
}

function fieldsOf(document: Document): Array<readonly [string, string]> {
  return Object.entries(document).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
}
