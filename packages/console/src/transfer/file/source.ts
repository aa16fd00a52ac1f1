import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { csvRecords } from "./csv.ts";

/** A row of a file, before it is known what its columns mean. */
export interface SourceRow {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly cells: JsonObject;
  /** Why it can't be read, and what is there. */
  readonly problem?: string;
}

export type Format = "csv" | "ndjson";

/** By the name of the file. Undefined: it does not tell. */
export function formatOf(name: string): Format | undefined {
  if (/\.(csv|tsv)$/i.test(name)) return "csv";
  return /\.(ndjson|jsonl)$/i.test(name) ? "ndjson" : undefined;
}

/** The rows of a file of any size, read as they are asked for. Throws if it is no text in UTF-8. */
export function readRows(file: Blob, format: Format): AsyncGenerator<SourceRow> {
  const text = textOf(file);
  return format === "csv" ? csvRows(text) : jsonRows(text);
}

async function* textOf(file: Blob): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const reader = file.stream().getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      yield decoder.decode(value, { stream: !done });
      if (done) return;
    }
  } catch (error) {
    throw error instanceof TypeError ? new Error("The file is no text in UTF-8.") : error;
  } finally {
    await reader.cancel();
  }
}

async function* csvRows(text: AsyncIterable<string>): AsyncGenerator<SourceRow> {
  let header: readonly string[] | undefined;
  for await (const { line, cells, problem } of csvRecords(text)) {
    if (header === undefined) {
      header = headerOf(cells, problem);
    } else if (problem !== undefined) {
      yield { line, cells: {}, problem };
    } else if (cells.length !== header.length) {
      const counts = `it has ${cells.length} cells where the header has ${header.length}`;
      yield { line, cells: toCells(header, cells), problem: counts };
    } else {
      yield { line, cells: toCells(header, cells) };
    }
  }
}

function headerOf(cells: readonly string[], problem: string | undefined): readonly string[] {
  const names = cells.map((name) => name.trim());
  const wrong =
    problem ??
    (names.includes("")
      ? "a column has no name"
      : new Set(names).size < names.length
        ? "two columns have the same name"
        : undefined);
  if (wrong !== undefined) throw new Error(`The first line of the CSV must name its columns: ${wrong}.`);
  return names;
}

/** An empty cell is an absent value. */
function toCells(header: readonly string[], cells: readonly string[]): JsonObject {
  return Object.fromEntries(header.map((name, index) => [name, cells[index] ?? ""]).filter(([, cell]) => cell !== ""));
}

async function* jsonRows(text: AsyncIterable<string>): AsyncGenerator<SourceRow> {
  let line = 0;
  for await (const each of linesOf(text)) {
    line += 1;
    if (each.trim() !== "") yield { line, ...objectOf(each) };
  }
}

async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of pieces) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

/** How much is shown of a line that can't be read. */
const SHOWN = 1000;

function objectOf(line: string): Pick<SourceRow, "cells" | "problem"> {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? { cells: value } : { cells: {}, problem: `it is no object of JSON: ${line.slice(0, SHOWN)}` };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { cells: {}, problem: `${why}: ${line.slice(0, SHOWN)}` };
  }
}

function isObject(value: unknown): value is { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
