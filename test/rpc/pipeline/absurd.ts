import { type DescMessage, type DescMethod, type JsonObject, type JsonValue, ScalarType } from "@bufbuild/protobuf";

/** Text that callers should never send, as it stands inside the quotes of JSON. */
export const ABSURD: Record<string, string> = {
  "more than any field takes": "x".repeat(200_000),
  "many emoji": "😀".repeat(20_000),
  "an unpaired high surrogate": "\\ud800",
  "an unpaired low surrogate": "a\\udc00b",
  "surrogates the wrong way round": "\\udc00\\ud800",
  "a noncharacter": "\\ufffe\\uffff",
  "a text that runs the other way": "\\u202eabc\\u202d",
  "combining marks without end": `e${"\u0301".repeat(5_000)}`,
  "quotes and SQL": "'; drop table users; --",
  "a percent and an underscore": "%_\\\\%",
  "a path": "../../../etc/passwd\\u0000.json",
  "a prototype": "__proto__",
  "a number": "1e999",
  "a date": "9999-99-99T99:99:99Z",
  space: " \\t\\r\\n",
  nothing: "",
};
const CONTROLS = [...Array(0x20).keys(), ...Array.from({ length: 0x21 }, (_, i) => 0x7f + i)];
ABSURD["every control character"] = CONTROLS.map(escaped).join("");
for (const code of [0, 1, 8, 9, 0xa, 0xd, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9f, 0xa0, 0xad, 0x200b, 0x2028, 0xfeff]) {
  ABSURD[`character ${code.toString(16)}`] = `a${escaped(code)}b`;
}

function escaped(code: number): string {
  return `\\u${code.toString(16).padStart(4, "0")}`;
}

/** Enough where the same functions have answered all the others. */
export const MOST_ABSURD = Object.entries(ABSURD).filter(([name]) => !name.startsWith("character "));

const HERE = "@@@";

/** The requests, as JSON, that have HERE in one place where text goes: every such place of the message once. */
function* requestsOf(message: DescMessage, depth = 0): Generator<JsonObject> {
  if (depth > 2) return;
  for (const field of message.fields) {
    const inner = field.fieldKind === "message" || (field.fieldKind === "list" && field.listKind === "message");
    if (field.fieldKind === "scalar" && field.scalar === ScalarType.STRING) {
      yield { [field.jsonName]: HERE };
    } else if (inner && field.message !== undefined) {
      for (const value of textsOf(field.message, depth)) {
        yield { [field.jsonName]: field.fieldKind === "list" ? [value] : value };
      }
    }
  }
}

function* textsOf(message: DescMessage, depth: number): Generator<JsonValue> {
  if (message.typeName === "google.protobuf.Struct") {
    yield* [{ [HERE]: 1 }, { a: HERE }, { a: [{ b: HERE }] }];
  } else if (message.typeName.startsWith("google.protobuf.")) {
    yield HERE;
  } else {
    yield* requestsOf(message, depth + 1);
  }
}

/** What a request needs to get past the checks of its other fields. */
const COMPANIONS: Record<string, JsonObject> = {
  CreateUser: { user: {} },
  UpsertUser: { user: { id: "any" } },
  GetUser: { id: "any" },
  UpdateUser: { user: { id: "any" } },
  DeleteUser: { id: "any", allowMissing: true },
  CreateApiKey: { apiKey: { displayName: "Any key", role: "API_KEY_ROLE_READER" } },
};

function merged(base: JsonValue | undefined, over: JsonValue): JsonValue {
  const objects = [base, over].every((value) => typeof value === "object" && value !== null && !Array.isArray(value));
  if (!objects || typeof base !== "object" || typeof over !== "object" || base === null || over === null) return over;
  return Object.fromEntries([
    ...Object.entries(base),
    ...Object.entries(over).map(([key, value]) => [key, merged(Reflect.get(base, key), value)] as const),
  ]);
}

function companionsOf(method: DescMethod, request: JsonObject): JsonObject {
  const { id, ...rest } = COMPANIONS[method.name] ?? {};
  // The members of a oneof exclude each other.
  const excluded = method.name === "GetUser" && ("externalId" in request || "email" in request);
  return excluded || id === undefined ? rest : { ...rest, id };
}

/** The requests of a method, as JSON with HERE where text goes. */
export function templatesOf(method: DescMethod): string[] {
  return [...requestsOf(method.input)].map((request) => JSON.stringify(merged(companionsOf(method, request), request)));
}

export function filledIn(template: string, text: string): string {
  return template.replaceAll(HERE, () => text);
}
