import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { systemCode } from "../errors.ts";
import { formatOf, type ListOptions, type OutputFormat, type OutputOptions } from "../options/output.ts";
import { type Columns, defaultColumns, type Listing, parseColumns } from "./columns.ts";
import { cellOf, type Document, toDocument } from "./document.ts";
import { printJson, printNdjson, printYaml, toYaml } from "./print.ts";
import { createTable, formatFields } from "./table.ts";

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

/** Shows one message, with the field names of the schema. */
export async function show<D extends DescMessage>(
  schema: D,
  message: MessageShape<D> | undefined,
  options: OutputOptions,
): Promise<void> {
  const document = toDocument(schema, message);
  await showDocument(document, formatFields(fieldsOf(schema, document)), options);
}

/** Says that something is done, or shows the server's answer. */
export async function showDone<D extends DescMessage>(
  text: string,
  schema: D,
  message: MessageShape<D>,
  options: OutputOptions,
): Promise<void> {
  await showDocument(toDocument(schema, message), `${text}\n`, options);
}

/** Shows the document to a program, the text to a person. */
export async function showDocument(document: Document, text: string, options: OutputOptions): Promise<void> {
  const texts = {
    table: () => text,
    json: () => `${JSON.stringify(document, undefined, 2)}\n`,
    ndjson: () => `${JSON.stringify(document)}\n`,
    yaml: () => toYaml(document),
  } satisfies Record<OutputFormat, () => string | Promise<string>>;
  await write([await texts[formatOf(options)]()]);
}

/** Shows rows that come in parts. */
export async function showRows<D extends DescMessage>(
  listing: Listing<D>,
  parts: AsyncIterable<readonly MessageShape<D>[]>,
  options: ListOptions,
): Promise<void> {
  const columns = columnsOf(listing, options);
  const format = formatOf(options);
  if (format === "table") {
    await write(tables(parts, columns ?? defaultColumns(listing)));
  } else {
    const printers = { json: printJson, ndjson: printNdjson, yaml: printYaml };
    const documentOf = columns?.documentOf ?? ((row: MessageShape<D>) => toDocument(listing.schema, row));
    await write(printers[format](documents(parts, documentOf)));
  }
}

/** The columns that are asked for. Throws a UsageError. */
export function columnsOf<D extends DescMessage>(listing: Listing<D>, { columns }: ListOptions): Columns<D> | undefined {
  return columns === undefined ? undefined : parseColumns(listing, columns);
}

async function* tables<D extends DescMessage>(
  parts: AsyncIterable<readonly MessageShape<D>[]>,
  { titles, cellsOf }: Columns<D>,
): AsyncGenerator<string> {
  const table = createTable(titles);
  for await (const rows of parts) {
    yield table(rows.map(cellsOf));
  }
}

async function* documents<T>(
  parts: AsyncIterable<readonly T[]>,
  documentOf: (row: T) => Document,
): AsyncGenerator<readonly Document[]> {
  for await (const rows of parts) {
    yield rows.map(documentOf);
  }
}

function fieldsOf(schema: DescMessage, document: Document): Array<readonly [string, string]> {
  return Object.entries(document).map(([name, value]) => [
    name,
    cellOf(
      value,
      schema.fields.find((field) => field.name === name),
    ),
  ]);
}
