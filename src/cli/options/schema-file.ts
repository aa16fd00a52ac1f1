import { readFileSync } from "node:fs";
import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import { causeText } from "../../directory/values/cause.ts";
import { CommandError } from "../errors.ts";

/** The JSON object in a file; undefined if none is named. */
export function readSchemaFile(path: string | undefined): JsonObject | undefined {
  if (path === undefined) {
    return undefined;
  }
  const schema = parse(path);
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
    throw new CommandError(`${path} must have a JSON Schema: an object, as {"type": "object", "required": ["plan"]}`);
  }
  return schema;
}

function parse(path: string): JsonValue {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new CommandError(`can't read a JSON Schema from ${path}: ${causeText(error)}`, { cause: error });
  }
}
