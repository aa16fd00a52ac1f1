import { type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { isTree, isWellKnown, Json, Mask, type Tree, type TreeValue } from "./tree.ts";

/** Puts a text into one place of a request. */
export interface Place {
  /** `user.metadata.*` */
  readonly name: string;
  fill(text: string): Tree;
}

const MAX_DEPTH = 3;

/** Every place of a message where text goes. */
export function placesOf(message: DescMessage, depth = 0): Place[] {
  if (depth === MAX_DEPTH) return [];
  return message.fields.flatMap((field): Place[] => {
    const at = (name: string, value: (text: string) => TreeValue): Place => ({
      name: name === "" ? field.name : `${field.name}.${name}`,
      fill: (text) => ({ [field.name]: field.fieldKind === "list" ? [value(text)] : value(text) }),
    });
    if (field.scalar === ScalarType.STRING || (field.fieldKind === "list" && field.listKind === "scalar")) {
      return [at("", (text) => text)];
    }
    if (field.message === undefined) return [];
    if (field.message.name === "Struct") {
      return [
        at("KEY", (text) => new Json({ [text]: 1 })),
        at("a", (text) => new Json({ a: text })),
        at("a.b", (text) => new Json({ a: [{ b: text }] })),
      ];
    }
    if (field.message.name === "FieldMask") return [at("", (text) => new Mask([text]))];
    if (isWellKnown(field.message)) return [at("", (text) => text)];
    return placesOf(field.message, depth + 1).map(({ name, fill }) => at(name, fill));
  });
}

/** The second over the first: inner messages keep their other fields. */
export function merged(base: Tree, over: Tree): Tree {
  const entries = Object.entries(over).map(([name, value]) => {
    const below = base[name];
    return [name, isTree(below) && isTree(value) ? merged(below, value) : value] as const;
  });
  return { ...base, ...Object.fromEntries(entries) };
}

/** What a request needs to get past the checks of its other fields, by the method. */
const COMPANIONS: Readonly<Record<string, Tree>> = {
  CreateUser: { user: {} },
  UpsertUser: { user: { id: "any" } },
  UpdateUser: { user: { id: "any" } },
  DeleteUser: { id: "any", allow_missing: true },
  CreateApiKey: { api_key: { display_name: "Any key", role: 1 } },
};

export function companionsOf(method: string): Tree {
  return COMPANIONS[method] ?? {};
}
