import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { UserSchema } from "@roster/client";
import { CsvError } from "csv-parse";
import { parse } from "csv-parse/sync";
import { UsageError } from "../errors.ts";
import { csvScanner, lineScanner, type RawRecord, readRecords } from "./records.ts";
import { type RecordParser, type Row, readRows } from "./rows.ts";

export const FORMATS = ["ndjson", "csv"] as const;
export type Format = (typeof FORMATS)[number];

/** The format by the name of the file. Standard input is NDJSON. */
export function formatOf(file: string): Format {
  const [, extension = ""] = /\.(\w+)$/.exec(file.toLowerCase()) ?? [];
  if (file === "-" || ["ndjson", "jsonl"].includes(extension)) {
    return "ndjson";
  }
  if (extension === "csv") {
    return "csv";
  }
  throw new UsageError(`the name of ${file} does not tell its format: give --format ndjson or --format csv`);
}

/** The users in a file. Throws a UsageError for a CSV header with a name that is no field. */
export function readUsers(chunks: AsyncIterable<Uint8Array>, format: Format): AsyncGenerator<Row> {
  return format === "csv"
    ? readCsv(readRecords(chunks, csvScanner))
    : readRows(readRecords(chunks, lineScanner), (text) => JSON.parse(text));
}

async function* readCsv(records: AsyncGenerator<RawRecord>): AsyncGenerator<Row> {
  const { value: first } = await records.next();
  if (first !== undefined) {
    yield* readRows(records, csvParser(parseHeader(first)));
  }
}

const METADATA_PREFIX = "metadata.";

function parseHeader({ text, problem }: RawRecord): string[] {
  const header = problem === undefined ? text.split(",").map((name) => name.trim().replace(/^"(.*)"$/, "$1")) : [];
  const wrong = header.filter((name) => !isColumn(name));
  if (problem !== undefined || wrong.length > 0 || new Set(header).size < header.length) {
    const reason =
      wrong.length > 0 ? `${wrong.map((name) => JSON.stringify(name)).join(", ")} is no column` : "twice the same";
    throw new UsageError(`the first line of the CSV must name its columns, of ${COLUMNS}: ${problem ?? reason}`);
  }
  return header;
}

const COLUMNS = [...UserSchema.fields.map(({ name }) => name), `${METADATA_PREFIX}KEY`].join(", ");

function isColumn(name: string): boolean {
  return name.startsWith(METADATA_PREFIX)
    ? name.length > METADATA_PREFIX.length
    : UserSchema.fields.some((field) => field.name === name);
}

function csvParser(header: readonly string[]): RecordParser {
  return (text) => {
    const cells = parseCells(text);
    if (cells.every((cell) => cell === "")) {
      return undefined;
    }
    if (cells.length !== header.length) {
      throw new Error(`has ${cells.length} cells where the header has ${header.length}`);
    }
    return toUserJson(header.map((name, index) => [name, cells[index] ?? ""] as const).filter(([, cell]) => cell !== ""));
  };
}

function parseCells(text: string): string[] {
  try {
    // The text is one record: a carriage return in it is part of a cell.
    const [cells = []] = parse(text, { record_delimiter: "\n" });
    return cells;
  } catch (error) {
    throw error instanceof CsvError ? new Error(error.message.replace(/ (at|on) line \d+.*$/s, "")) : error;
  }
}

/** Cells become fields unchecked: the JSON of the schema and the server say what is wrong with them. */
function toUserJson(cells: ReadonlyArray<readonly [string, string]>): JsonObject {
  const isKey = ([name]: readonly [string, string]) => name.startsWith(METADATA_PREFIX);
  const fields = cells
    .filter((cell) => !isKey(cell))
    .map(([name, cell]) => [name, FROM_TEXT[name]?.(cell) ?? cell] as const);
  const keys = cells.filter(isKey).map(([name, cell]) => [name.slice(METADATA_PREFIX.length), cell] as const);
  const user: JsonObject = Object.fromEntries(fields);
  if (keys.length === 0) {
    return user;
  }
  const { metadata = {} } = user;
  return typeof metadata === "object" && metadata !== null && !Array.isArray(metadata)
    ? { ...user, metadata: { ...metadata, ...Object.fromEntries(keys) } }
    : user;
}

const FROM_TEXT: Readonly<Record<string, (cell: string) => JsonValue | undefined>> = {
  metadata: parseJson,
  super_admin: (cell) => ({ true: true, false: false })[cell],
};

function parseJson(cell: string): JsonValue | undefined {
  try {
    return JSON.parse(cell);
  } catch {
    return undefined;
  }
}
