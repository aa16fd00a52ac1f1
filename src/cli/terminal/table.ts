import { styleText } from "node:util";

/** Returns a function that formats some rows as aligned columns; the first call adds the titles. Later rows may widen a column. */
export function createTable(titles: readonly string[]): (rows: ReadonlyArray<readonly string[]>) => string {
  let widths = titles.map(widthOf);
  let titled = false;
  return (rows) => {
    const lines = rows.map((row) => row.map((cell) => shorten(printable(cell))));
    widths = widths.map((width, index) => lines.reduce((most, line) => Math.max(most, widthOf(line[index] ?? "")), width));
    const header = titled ? "" : `${styleText("bold", align(titles.map(printable), widths))}\n`;
    titled = true;
    return header + lines.map((line) => `${align(line, widths)}\n`).join("");
  };
}

/** One thing, a line for each of its fields. */
export function formatFields(fields: ReadonlyArray<readonly [name: string, value: string]>): string {
  const width = Math.max(0, ...fields.map(([name]) => widthOf(name)));
  return fields.map(([name, value]) => `${styleText("bold", pad(name, width))}  ${printable(value)}\n`).join("");
}

function align(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, index) => pad(cell, widths[index] ?? 0))
    .join("  ")
    .trimEnd();
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** As long as the longest key of a user: keys can be copied from a table, and one long text does not tear it. */
const MAX_CELL_LENGTH = 255;

function shorten(text: string): string {
  return text.length > MAX_CELL_LENGTH ? `${text.slice(0, MAX_CELL_LENGTH).toWellFormed()}…` : text;
}

const GRAPHEMES = new Intl.Segmenter();
const WIDE =
  /^[\p{RGI_Emoji}\u3000-\u303e\uff01-\uff60\uffe0-\uffe6[[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Bopo}]--[\uff61-\uffdc]]]/v;

/** The width in cells of a terminal: ideographs and emoji take two. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    width += WIDE.test(segment) ? 2 : 1;
  }
  return width;
}

/** Stored text must not control the reader's terminal, nor change the direction of the text beside it. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028-\u202e\u2066-\u2069\u200e\u200f\u061c]/gu,
    (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`,
  );
}
