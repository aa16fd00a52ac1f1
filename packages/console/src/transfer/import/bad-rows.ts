import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { BadRequestSchema, type ImportFailure } from "../../api/schema.ts";
import { csvLine } from "../file/csv.ts";
import type { Format, SourceRow } from "../file/source.ts";

/** A row that did not land. */
export interface BadRow {
  readonly row: SourceRow;
  readonly message: string;
}

export function messageOf({ status }: ImportFailure): string {
  const violations = (status?.details ?? []).flatMap((detail) => anyUnpack(detail, BadRequestSchema)?.fieldViolations ?? []);
  const places = violations.map(({ field, description }) => `${field}: ${description}`);
  return places.length > 0 ? places.join("; ") : (status?.message ?? "");
}

/** A file of the bad rows as they were, with what is wrong with each. Corrected, it can be imported as it is. */
export function* badRowsFile(rows: readonly BadRow[], columns: readonly string[], format: Format): Generator<string> {
  const names = columns.filter((name) => name !== "_line" && name !== "_error");
  if (format === "csv") yield csvLine([...names, "_line", "_error"]);
  for (const { row, message } of rows) {
    if (format === "csv") {
      const cells = names.map((name) => String(row.cells[name] ?? ""));
      yield csvLine([...cells, String(row.line), message]);
    } else {
      yield `${JSON.stringify({ ...row.cells, _line: row.line, _error: message })}\n`;
    }
  }
}
