import type { DescMessage } from "@bufbuild/protobuf";
import type { FieldMask } from "@bufbuild/protobuf/wkt";
import { invalidField, type RosterError } from "../../directory/errors.ts";

const ALL = "*";

/** What an update may name of a resource. */
export interface UpdateRules<T extends object> {
  readonly schema: DescMessage;
  /** For each path: what a value that is named but absent becomes. Undefined: it can't be cleared. */
  readonly cleared: Readonly<Record<string, T | undefined>>;
  /** What is thrown for a path that can't be cleared. */
  readonly refuseToClear?: (path: string) => RosterError;
}

/** The values to change: those that the mask names, absent ones cleared; without a mask, those present. Throws FIELD_INVALID. */
export function applyUpdateMask<T extends object>(
  { schema, cleared, refuseToClear = cannotBeCleared }: UpdateRules<T>,
  mask: FieldMask | undefined,
  present: T,
): T {
  const paths = mask?.paths ?? [];
  if (paths.length === 0) {
    return present;
  }
  const everything = paths.includes(ALL);
  const named = everything ? [...Object.keys(cleared), ...paths.filter((path) => path !== ALL)] : paths;
  const values = named.map((path): object => {
    const field = schema.fields.find(({ name }) => name === path);
    if (field === undefined || !Object.hasOwn(cleared, path)) {
      throw notChangeable(schema, path);
    }
    const given = Object.entries(present).filter(([name]) => name === field.localName);
    if (given.length > 0) {
      return Object.fromEntries(given);
    }
    if (cleared[path] === undefined && !everything) {
      throw refuseToClear(path);
    }
    return cleared[path] ?? {};
  });
  return Object.assign({}, ...values);
}

function notChangeable(schema: DescMessage, path: string): RosterError {
  const known = schema.fields.some((field) => field.name === path);
  const hint = path.startsWith("metadata.") ? "; single keys of metadata go by metadata_update" : "";
  return invalidField(
    "update_mask",
    known ? `${path} can't be changed` : `${schema.name} has no field ${JSON.stringify(path)}${hint}`,
  );
}

function cannotBeCleared(path: string): RosterError {
  return invalidField("update_mask", `${path} can't be cleared`);
}
