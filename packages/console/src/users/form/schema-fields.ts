import type { JsonObject, JsonValue } from "@bufbuild/protobuf";

/** A place in metadata that a schema describes, as a form shows it. */
export interface SchemaField {
  readonly key: string;
  readonly label: string;
  readonly hint: string | undefined;
  readonly required: boolean;
  readonly control: Control;
}

export type Control =
  | { readonly kind: "choice"; readonly values: readonly JsonValue[] }
  | {
      readonly kind: "number";
      readonly step: number | "any";
      readonly min: number | undefined;
      readonly max: number | undefined;
    }
  | { readonly kind: "text"; readonly type: "text" | "date" | "email" | "url" }
  | { readonly kind: "json" };

const INPUT_TYPES = { date: "date", email: "email", uri: "url" } as const;

/** The fields of a schema of metadata. Empty: it says nothing that a form could be made of. */
export function schemaFields(schema: JsonObject | undefined): readonly SchemaField[] {
  const properties = objectOf(schema?.["properties"]);
  const required = Array.isArray(schema?.["required"]) ? schema["required"] : [];
  const fields = Object.entries(properties).map(([key, description]): SchemaField => {
    const of = objectOf(description);
    return {
      key,
      label: textOf(of["title"]) ?? key,
      hint: textOf(of["description"]),
      required: required.includes(key),
      control: controlOf(of),
    };
  });
  return fields.toSorted((a, b) => Number(b.required) - Number(a.required));
}

function controlOf(schema: JsonObject): Control {
  const values = Array.isArray(schema["enum"]) ? schema["enum"] : schema["type"] === "boolean" ? [true, false] : undefined;
  if (values !== undefined) return { kind: "choice", values };
  if (schema["type"] === "integer" || schema["type"] === "number") {
    const step = schema["type"] === "integer" ? 1 : "any";
    return { kind: "number", step, min: numberOf(schema["minimum"]), max: numberOf(schema["maximum"]) };
  }
  if (schema["type"] === "string") {
    const format = Object.entries(INPUT_TYPES).find(([name]) => name === schema["format"]);
    return { kind: "text", type: format?.[1] ?? "text" };
  }
  return { kind: "json" };
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function numberOf(value: JsonValue | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}
