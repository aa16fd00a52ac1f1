import { type DescField, type DescMessage, type MessageShape, toJson } from "@bufbuild/protobuf";
import type { Place } from "../options/place.ts";

/** A message as JSON, by the names of the schema. */
export type Document = Readonly<Record<string, unknown>>;

/** JSON by the field names of the schema, with fields that have default values, such as zero. */
export function toDocument<D extends DescMessage>(schema: D, message: MessageShape<D> | undefined): Document {
  const json: unknown = message && toJson(schema, message, { useProtoFieldName: true, alwaysEmitImplicit: true });
  if (!isDocument(json)) {
    throw new Error(`the server's answer lacks its ${schema.name}`);
  }
  return json;
}

/** What is at the place; undefined if nothing is. */
export function valueAt(document: Document, place: Place): unknown {
  return place.reduce<unknown>(
    (inner, key) => (isDocument(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    document,
  );
}

/** The document with nothing but these places. */
export function pick(document: Document, places: readonly Place[]): Document {
  return places.reduce<Document>((picked, place) => {
    const value = valueAt(document, place);
    return value === undefined ? picked : setAt(picked, place, value);
  }, {});
}

/** The document with the value at the place. */
export function setAt(document: Document, [key, ...keys]: Place, value: unknown): Document {
  const [next, ...rest] = keys;
  const inner = Object.hasOwn(document, key) ? document[key] : undefined;
  const changed = next === undefined ? value : setAt(isDocument(inner) ? inner : {}, [next, ...rest], value);
  // A computed name makes a property of its own, also of `__proto__`.
  return { ...document, [key]: changed };
}

/** For a person: `active` for USER_STATUS_ACTIVE, `-` for nothing, times to the second. */
export function cellOf(value: unknown, field: DescField | undefined): string {
  if (value === undefined || value === null || value === "") {
    return "-";
  }
  if (typeof value !== "string") {
    return JSON.stringify(value);
  }
  if (field?.fieldKind === "enum") {
    return value.slice(field.enum.sharedPrefix?.length ?? 0).toLowerCase();
  }
  const isTime = field?.fieldKind === "message" && field.message.typeName === "google.protobuf.Timestamp";
  return isTime ? value.replace(/\.\d+Z$/, "Z") : value;
}

export function isDocument(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
