import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { Instant, isTree, Json, type JsonTree, Mask, type Tree, type TreeValue } from "./tree.ts";

/** The tree as JSON. What JSON can't say is said as nearly as text can: `1e999` for infinity. */
export function toJson(message: DescMessage, tree: Tree): string {
  const members = message.fields.flatMap((field) => {
    const value = tree[field.name];
    return value === undefined ? [] : [`${JSON.stringify(field.jsonName)}:${valueText(field, value)}`];
  });
  return `{${members.join(",")}}`;
}

function valueText(field: DescField, value: TreeValue): string {
  if (Array.isArray(value)) return `[${value.map((item: TreeValue) => valueText(field, item)).join(",")}]`;
  if (isTree(value)) return field.message === undefined ? "{}" : toJson(field.message, value);
  if (value instanceof Instant) return JSON.stringify(instantText(value, field.message?.name === "Duration"));
  if (value instanceof Mask) return JSON.stringify(value.paths.map(camelCase).join(","));
  if (value instanceof Json) return jsonText(value.value);
  return typeof value === "bigint" ? `"${value}"` : typeof value === "number" ? numberText(value) : JSON.stringify(value);
}

function instantText({ seconds, nanos }: Instant, isDuration: boolean): string {
  const fraction = nanos === 0 ? "" : `.${String(nanos).padStart(9, "0")}`;
  if (isDuration) return `${seconds}${fraction}s`;
  const time = new Date(Number(seconds) * 1000);
  return Number.isNaN(time.getTime()) ? `${seconds}` : time.toISOString().replace(/\.000Z$/, `${fraction}Z`);
}

function camelCase(path: string): string {
  return path.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function jsonText(value: JsonTree): string {
  if (typeof value === "number") return numberText(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${jsonText(item)}`)
    .join(",")}}`;
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return Number.isFinite(value) ? String(value) : `${value < 0 ? "-" : ""}1e999`;
}
