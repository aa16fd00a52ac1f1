import type { Filter, MetadataPath, UserFilter, UserFilterField } from "../../directory/lists/filter.ts";
import { scimError } from "../protocol/errors.ts";
import type { Attribute } from "../schema/attribute.ts";
import type { AttributePath, ScimFilter } from "./ast.ts";
import type { Question } from "./comparisons.ts";
import { spell } from "./paths.ts";
import { ALWAYS, and, NEVER, not, or, placed, type Target, translate } from "./targets.ts";

/** An attribute with a list of values. */
export interface ListAttribute {
  readonly path: MetadataPath;
  readonly attribute: Attribute;
}

/** An element passes whose sub-attributes are the paths in `element`. Throws invalidFilter. */
export function someOf(list: ListAttribute, element: ScimFilter): UserFilter {
  const kept: UserFilter = { kind: "some", path: list.path, element: elementFilter(element, list.attribute) };
  return isEmails(list) ? or(kept, and(isHeld(list), translate<UserFilterField>(element, heldEmail, refuseNesting))) : kept;
}

/** A filter of the values of a list, each by itself. Throws invalidFilter. */
export function elementFilter(element: ScimFilter, attribute: Attribute): Filter<never> {
  return translate<never>(element, (path) => subTarget(path, attribute), refuseNesting);
}

/** What can be asked about the values of a list, or about a sub-attribute of theirs. */
export function listTarget(list: ListAttribute, sub: string | undefined): Target<UserFilterField> {
  const compared = { name: sub ?? "value" };
  return {
    present: sub === undefined ? isFilled(list) : someOf(list, { kind: "present", path: { name: sub } }),
    compare: ({ operator, literal }: Question) => someOf(list, { kind: "compare", path: compared, operator, literal }),
  };
}

function subTarget(path: AttributePath, { subAttributes }: Attribute): Target<never> {
  if (path.schema !== undefined || path.sub !== undefined) {
    throw scimError("invalidFilter", `${spell(path)} is no sub-attribute`);
  }
  const sub = subAttributes.find(path.name);
  return placed({ path: [sub?.name ?? path.name] }, sub);
}

function refuseNesting(path: AttributePath): never {
  throw scimError("invalidFilter", `${spell(path)}: brackets don't go into brackets`);
}

function isFilled(list: ListAttribute): UserFilter {
  const filled: UserFilter = { kind: "some", path: list.path, element: ALWAYS };
  return isEmails(list) ? or(filled, isHeld(list)) : filled;
}

function isEmails({ path, attribute }: ListAttribute): boolean {
  return attribute.name === "emails" && path.length === 2;
}

/** The list is what the e-mail address of the user makes. */
function isHeld({ path }: ListAttribute): UserFilter {
  return and<UserFilterField>(not({ kind: "has", value: { path } }), { kind: "has", value: { field: "email" } });
}

/** The one element that such a list has. */
function heldEmail({ name }: AttributePath): Target<UserFilterField> {
  switch (name.toLowerCase()) {
    case "value":
      return placed({ field: "email" }, undefined);
    case "primary":
      return { present: ALWAYS, compare: ({ literal }) => (String(literal).toLowerCase() === "true" ? ALWAYS : NEVER) };
    default:
      return { present: NEVER, compare: () => NEVER };
  }
}
