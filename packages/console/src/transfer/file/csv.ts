/** A record of CSV as it stands in a file, by RFC 4180. */
export interface CsvRecord {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
  /** Why it can't be read, and what is there. */
  readonly problem?: string;
}

/** The longest record that is read. Longer ones are mostly a quote that is never closed. */
const MAX_RECORD = 1024 * 1024;
/** How much is shown of a record that can't be read. */
const SHOWN = 1000;
const SEPARATORS = [",", ";", "\t"] as const;

/** The records of a text that comes in pieces. What separates cells is told by the first line. Blank lines are passed over. */
export async function* csvRecords(pieces: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  let text = "";
  let line = 1;
  let separator: string | undefined;
  const take = (end: number): CsvRecord | undefined => {
    const record = text.slice(0, end).replace(/\r$/, "");
    text = text.slice(end + 1);
    separator ??= separatorOf(record);
    const begun = line;
    line += record.split("\n").length;
    const { cells, problem } = cellsOf(record, separator);
    if (record.trim() === "") return undefined;
    return { line: begun, cells, ...(problem !== undefined && { problem: `${problem}: ${record.slice(0, SHOWN)}` }) };
  };
  for await (const piece of pieces) {
    text += piece;
    for (let end = endOfRecord(text, false); end >= 0; end = endOfRecord(text, false)) {
      const record = take(end);
      if (record !== undefined) yield record;
    }
  }
  while (text !== "") {
    const end = endOfRecord(text, true);
    const record = take(end < 0 ? text.length : end);
    if (record !== undefined) yield record;
  }
}

/** The place of the line feed that ends the first record, or -1. A record that is too long ends with its line. */
function endOfRecord(text: string, last: boolean): number {
  let quoted = false;
  for (let at = 0; at < text.length && at < MAX_RECORD; at += 1) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) quoted = !quoted;
    else if (character === LINE_FEED && !quoted) return at;
  }
  return last || text.length >= MAX_RECORD ? text.indexOf("\n") : -1;
}

const QUOTE = 0x22;
const LINE_FEED = 0x0a;

/** The one that is there most often, outside quotes. */
function separatorOf(header: string): string {
  const plain = header.replaceAll(/"[^"]*"/g, "");
  const counts = SEPARATORS.map((each) => plain.split(each).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ",";
}

const QUOTED = /"((?:[^"]|"")*)"/y;

function cellsOf(record: string, separator: string): Pick<CsvRecord, "cells" | "problem"> {
  const cells: string[] = [];
  for (let at = 0; ; at += 1) {
    if (record[at] === '"') {
      QUOTED.lastIndex = at;
      const found = QUOTED.exec(record);
      if (found === null) return { cells, problem: "a quote is not closed" };
      cells.push((found[1] ?? "").replaceAll('""', '"'));
      at = QUOTED.lastIndex;
    } else {
      const end = record.indexOf(separator, at);
      const plain = record.slice(at, end < 0 ? undefined : end);
      if (plain.includes('"')) return { cells, problem: "a quote stands in the midst of a cell" };
      cells.push(plain);
      at += plain.length;
    }
    if (at >= record.length) return { cells };
    if (record[at] !== separator) return { cells, problem: "text follows a closing quote" };
  }
}

/** A line of CSV. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",;\t\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\r\n`;
}
