import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { systemCode } from "../../directory/values/cause.ts";
import { formatOf, type OutputFormat, type OutputOptions } from "../options/output.ts";
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

/** Shows documents that come in parts to a program. */
export async function showParts(
  parts: AsyncIterable<readonly Document[]>,
  format: Exclude<OutputFormat, "table">,
): Promise<void> {
  const printers = { json: printJson, ndjson: printNdjson, yaml: printYaml };
  await write(printers[format](parts));
}

/** Shows rows that are no messages, a column for each of these names. */
export async function showRecords(
  names: readonly string[],
  records: readonly Document[],
  options: OutputOptions,
): Promise<void> {
  const format = formatOf(options);
  if (format === "table") {
    const table = createTable(names.map((name) => name.replaceAll("_", " ").toUpperCase()));
    await write([table(records.map((record) => names.map((name) => cellOf(record[name], undefined))))]);
  } else {
    await showParts(Readable.from([records]), format);
  }
}

/** Shows one thing that is no message. */
export async function showRecord(record: Document, options: OutputOptions): Promise<void> {
  const fields = Object.entries(record).map(([name, value]) => [name, cellOf(value, undefined)] as const);
  await showDocument(record, formatFields(fields), options);
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
