import type { AttributePath } from "./ast.ts";

const NAME = String.raw`[A-Za-z$][\w$-]*`;
/** A URN has colons in it: what stands behind the last one is the attribute. */
const PATH = new RegExp(`^(?:(urn:\\S+):)?(${NAME})(?:\\.(${NAME}))?$`, "i");
const MAX_PATH_LENGTH = 512;

/** Undefined: it is none. */
export function parsePath(text: string): AttributePath | undefined {
  const [, schema, name, sub] = (text.length <= MAX_PATH_LENGTH && PATH.exec(text)) || [];
  return name === undefined ? undefined : { schema, name, sub };
}

/** As it was written, more or less, for people. */
export function spell({ schema, name, sub }: AttributePath): string {
  return `${schema === undefined ? "" : `${schema}:`}${name}${sub === undefined ? "" : `.${sub}`}`;
}
