import { isJsonObject, type JsonValue } from "../../directory/values/json.ts";
import type { BulkOperation } from "./request.ts";

const PREFIX = "bulkId:";

/** The ids of users that operations have created, by what operations call them. */
export type CreatedIds = ReadonlyMap<string, string>;

/** What an operation calls by the bulkId of another one: in its path, and in its data. */
export function referencesOf({ path, data }: Pick<BulkOperation, "path" | "data">): string[] {
  const inPath = path.split("/").filter((name) => name.startsWith(PREFIX));
  return [...inPath, ...textsIn(data)].map((text) => text.slice(PREFIX.length));
}

/** The operation with the ids in place of what stands for them. */
export function resolve(operation: BulkOperation, created: CreatedIds): BulkOperation {
  const idOf = (text: string) => (text.startsWith(PREFIX) ? created.get(text.slice(PREFIX.length)) : undefined);
  const path = operation.path
    .split("/")
    .map((name) => {
      const id = idOf(name);
      return id === undefined ? name : encodeURIComponent(id);
    })
    .join("/");
  return {
    ...operation,
    path,
    data: operation.data === undefined ? undefined : mapTexts(operation.data, (text) => idOf(text) ?? text),
  };
}

function textsIn(value: JsonValue | undefined): string[] {
  if (typeof value === "string") {
    return value.startsWith(PREFIX) ? [value] : [];
  }
  const members = Array.isArray(value) ? value : isJsonObject(value) ? Object.values(value) : [];
  return members.flatMap(textsIn);
}

function mapTexts(value: JsonValue, map: (text: string) => string): JsonValue {
  if (typeof value === "string") {
    return map(value);
  }
  if (Array.isArray(value)) {
    return value.map((item) => mapTexts(item, map));
  }
  return isJsonObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mapTexts(member, map)]))
    : value;
}
