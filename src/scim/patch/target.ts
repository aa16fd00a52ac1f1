import { isJsonObject, type JsonObject, type JsonValue } from "../../directory/values/json.ts";
import type { ScimFilter } from "../filter/ast.ts";
import { parseValuePath } from "../filter/parse.ts";
import { scimError } from "../protocol/errors.ts";
import type { Attribute, Attributes } from "../schema/attribute.ts";
import { CORE, ENTERPRISE, type UserSchemas } from "../schema/schemas.ts";

/** What a step of a PATCH is about. */
export type PatchTarget = AttributeTarget | { readonly kind: "all"; readonly extension: string | undefined };

export interface AttributeTarget {
  readonly kind: "attribute";
  /** The URN of the extension that the attribute is in. Undefined: of none. */
  readonly extension: string | undefined;
  readonly name: string;
  /** Undefined: no schema knows it. */
  readonly attribute: Attribute | undefined;
  /** Which values of a list. Undefined: all of the attribute. */
  readonly element: ScimFilter | undefined;
  readonly sub: string | undefined;
}

/** `all` for the URN of a schema: for one that is not known yet, too, if the value is an object. Throws invalidPath, invalidFilter. */
export function findTarget(
  text: string,
  {
    resource,
    schemas,
    value,
  }: { readonly resource: JsonObject; readonly schemas: UserSchemas; readonly value: JsonValue | undefined },
): PatchTarget {
  const urn = text.toLowerCase();
  if (urn === CORE.toLowerCase()) {
    return { kind: "all", extension: undefined };
  }
  const extensions = [ENTERPRISE, ...Object.keys(resource).filter((name) => /^urn:/i.test(name))];
  const whole = extensions.find((extension) => extension.toLowerCase() === urn);
  if (whole !== undefined) {
    return { kind: "all", extension: whole };
  }
  const found = parseValuePath(text);
  if (found === undefined) {
    throw scimError("invalidPath", `${JSON.stringify(text)} is no path of an attribute`);
  }
  const { schema, name, sub } = found.path;
  const isKnown = [CORE, ...extensions].some((known) => known.toLowerCase() === schema?.toLowerCase());
  if (schema !== undefined && !isKnown && isJsonObject(value)) {
    return { kind: "all", extension: text };
  }
  const isCore = schema === undefined || schema.toLowerCase() === CORE.toLowerCase();
  const extension = isCore
    ? undefined
    : (extensions.find((known) => known.toLowerCase() === schema.toLowerCase()) ?? schema);
  const attribute = attributesOf(extension, schemas)?.find(name);
  if (found.element !== undefined && (sub !== undefined || attribute?.multiValued === false)) {
    throw scimError("invalidPath", `${JSON.stringify(text)}: only a list has brackets`);
  }
  return {
    kind: "attribute",
    extension,
    name: attribute?.name ?? name,
    attribute,
    element: found.element,
    sub: sub ?? found.sub,
  };
}

/** Undefined: no schema is known. */
export function attributesOf(extension: string | undefined, { core, enterprise }: UserSchemas): Attributes | undefined {
  return extension === undefined ? core.attributes : extension === ENTERPRISE ? enterprise.attributes : undefined;
}
