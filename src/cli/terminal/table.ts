import { styleText } from "node:util";

export interface Column<T> {
  readonly title: string;
  readonly of: (row: T) => string;
}

/** Returns a function that formats some rows as aligned columns; the first call adds the titles. Later rows may widen a column. */
export function createTable<T>(columns: readonly Column<T>[]): (rows: readonly T[]) => string {
  const titles = columns.map(({ title }) => title);
  let widths = titles.map(widthOf);
  let titled = false;
  return (rows) => {
    const lines = rows.map((row) => columns.map(({ of }) => printable(of(row))));
    widths = widths.map((width, index) => lines.reduce((most, line) => Math.max(most, widthOf(line[index] ?? "")), width));
    const header = titled ? "" : `${styleText("bold", align(titles, widths))}\n`;
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
