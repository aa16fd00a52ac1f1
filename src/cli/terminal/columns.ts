import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { UsageError } from "../errors.ts";
import { type Place, placeText, takePlace } from "../options/place.ts";
import { suggestion } from "../suggest.ts";
import { cellOf, type Document, pick, toDocument, valueAt } from "./document.ts";

/** A kind of rows, and how they are shown. */
export interface Listing<D extends DescMessage> {
  readonly schema: D;
  /** What a table has unless other columns are asked for. */
  readonly columns: readonly string[];
  /** Columns that are no fields of the message. */
  readonly computed?: Readonly<Record<string, (row: MessageShape<D>) => string>>;
}

/** Some columns of a kind of rows. */
export interface Columns<D extends DescMessage> {
  readonly titles: readonly string[];
  /** The fields that they are taken from, by the names of the schema. */
  readonly fields: readonly string[];
  cellsOf(row: MessageShape<D>): string[];
  /** The row with nothing else. */
  documentOf(row: MessageShape<D>): Document;
}

/** The columns that are named, separated by commas. Throws a UsageError. */
export function parseColumns<D extends DescMessage>(listing: Listing<D>, text: string): Columns<D> {
  const places: Place[] = [];
  let rest = `,${text}`;
  while (rest !== "") {
    const taken = rest.startsWith(",") ? takePlace(rest.slice(1).trimStart()) : undefined;
    if (taken === undefined) {
      throw new UsageError(`--columns takes names, separated by commas, as id,metadata.plan: not ${JSON.stringify(text)}`);
    }
    assertKnown(listing, taken.place);
    places.push(taken.place);
    rest = taken.rest.trimStart();
  }
  return toColumns(listing, places);
}

/** The columns of a table. */
export function defaultColumns<D extends DescMessage>(listing: Listing<D>): Columns<D> {
  return toColumns(
    listing,
    listing.columns.map((name): Place => [name]),
  );
}

/** What columns may be named, members of fields aside. */
export function columnNames<D extends DescMessage>({ schema, computed = {} }: Listing<D>): string[] {
  return [...schema.fields.map((field) => field.name), ...Object.keys(computed)];
}

function toColumns<D extends DescMessage>({ schema, computed = {} }: Listing<D>, places: readonly Place[]): Columns<D> {
  const columns = places.map((place) => {
    const [name, ...keys] = place;
    const field = schema.fields.find((candidate) => candidate.name === name);
    const cell = (row: MessageShape<D>, document: Document) =>
      computed[name]?.(row) ?? cellOf(valueAt(document, place), keys.length === 0 ? field : undefined);
    return { place, field, cell };
  });
  const computedOf = (row: MessageShape<D>) => Object.entries(computed).map(([name, of]) => [name, of(row)]);
  return {
    titles: places.map(titleOf),
    fields: [...new Set(columns.flatMap(({ field }) => field?.name ?? []))],
    cellsOf(row) {
      const document = toDocument(schema, row);
      return columns.map(({ cell }) => cell(row, document));
    },
    documentOf: (row) => pick({ ...toDocument(schema, row), ...Object.fromEntries(computedOf(row)) }, places),
  };
}

function assertKnown<D extends DescMessage>(listing: Listing<D>, place: Place): void {
  const [name, ...keys] = place;
  const field = listing.schema.fields.find((candidate) => candidate.name === name);
  const known = columnNames(listing);
  if (!known.includes(name)) {
    const advice = suggestion(name, known) || `; there are ${known.join(", ")}`;
    throw new UsageError(`there is no column ${name}${advice}`);
  }
  if (keys.length > 0 && field?.fieldKind !== "message") {
    throw new UsageError(`there is no column ${placeText(place)}: ${name} has no members`);
  }
}

const TITLES: Readonly<Record<string, string>> = {
  create_time: "CREATED",
  update_time: "UPDATED",
  delete_time: "DELETED",
  end_time: "ENDED",
  expire_time: "EXPIRES",
  last_use_time: "LAST USED",
  user_id: "USER",
  account_id: "ACCOUNT",
};

function titleOf([name, ...keys]: Place): string {
  return keys.length === 0
    ? (TITLES[name] ?? name.replaceAll("_", " ").toUpperCase())
    : placeText([name, ...keys]).toUpperCase();
}
