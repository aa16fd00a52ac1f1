import { RosterError } from "../../directory/errors.ts";
import { isJsonObject, type JsonValue } from "../../directory/values/json.ts";
import { scimError } from "./errors.ts";

const MAX_DEPTH = 32;
const JSON_TYPES = /^application\/(?:scim\+)?json[ \t]*(?:;|$)/i;

/** Whether a body of this type is read. */
export function isJsonType(contentType: string | null): boolean {
  return contentType === null || JSON_TYPES.test(contentType);
}

/** Reads a body to its end. Throws MESSAGE_TOO_LARGE, invalidSyntax, invalidValue; CANCELED if it breaks off. */
export async function readBody(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<JsonValue | undefined> {
  const bytes = await bytesOf(body, maxBytes).catch((error: unknown) => {
    // What else a body can throw is that nobody sends it any more.
    throw error instanceof RosterError ? error : new RosterError("CANCELED", "the caller has gone", { cause: error });
  });
  return bytes.length === 0 ? undefined : parseJson(bytes);
}

/** What is too large is read on for a while, and not kept: a client that still sends would not hear the answer. */
async function bytesOf(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.byteLength;
    if (size > READ_ON * maxBytes) break;
    if (size <= maxBytes) parts.push(part);
  }
  if (size > maxBytes) {
    throw new RosterError("MESSAGE_TOO_LARGE", `the body is larger than ${maxBytes} bytes`);
  }
  return Buffer.concat(parts);
}

/** Times the most that is taken. */
const READ_ON = 4;

function parseJson(bytes: Uint8Array): JsonValue {
  const value = decode(bytes);
  if (isDeeper(value, MAX_DEPTH)) {
    throw scimError("invalidSyntax", `the body is more than ${MAX_DEPTH} levels deep`);
  }
  if (!isStorable(value)) {
    throw scimError("invalidValue", "text must be Unicode without U+0000 and unpaired surrogates");
  }
  return value;
}

function decode(bytes: Uint8Array): JsonValue {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw scimError("invalidSyntax", "the body is no JSON in UTF-8");
  }
}

function isStorable(value: JsonValue): boolean {
  if (typeof value === "string") {
    return !value.includes("\0") && value.isWellFormed();
  }
  if (Array.isArray(value)) {
    return value.every(isStorable);
  }
  return !isJsonObject(value) || Object.entries(value).every(([key, member]) => isStorable(key) && isStorable(member));
}

function isDeeper(value: JsonValue, levels: number): boolean {
  if (Array.isArray(value)) {
    return levels === 0 || value.some((item) => isDeeper(item, levels - 1));
  }
  return isJsonObject(value) && (levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1)));
}
