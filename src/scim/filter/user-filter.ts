import type { UserFilter, UserFilterField } from "../../directory/lists/filter.ts";
import { scimError } from "../protocol/errors.ts";
import type { Attribute, Attributes } from "../schema/attribute.ts";
import { CORE, ENTERPRISE, type UserSchemas } from "../schema/schemas.ts";
import { KEPT } from "../users/kept.ts";
import { type Mapping, userNameField } from "../users/mapping.ts";
import type { AttributePath, ScimFilter } from "./ast.ts";
import { type ListAttribute, listTarget, someOf } from "./lists.ts";
import { spell } from "./paths.ts";
import { compareActive, compareResourceType, compareSchema, userNameTarget } from "./special.ts";
import { ALWAYS, keptOr, placed, type Target, translate } from "./targets.ts";

export interface FilterRules {
  readonly schemas: UserSchemas;
  readonly mapping: Mapping;
}

/** The filter of users that a filter of SCIM is. Throws invalidFilter for what there is no such filter for. */
export function toUserFilter(filter: ScimFilter, rules: FilterRules): UserFilter {
  return translate<UserFilterField>(
    filter,
    (path) => targetOf(path, rules),
    (path, element) => someOf(listOf(path, rules), element),
  );
}

function targetOf(path: AttributePath, rules: FilterRules): Target<UserFilterField> {
  const special = isCore(path.schema) ? specialTarget(path, rules) : undefined;
  return special ?? keptTarget(path, rules);
}

/** Attributes that fields hold, and those that the server decides about. */
function specialTarget({ name, sub }: AttributePath, rules: FilterRules): Target<UserFilterField> | undefined {
  const attribute = rules.schemas.core.attributes.find(name);
  switch ([attribute?.name ?? name, ...(sub === undefined ? [] : [sub.toLowerCase()])].join(".")) {
    case "id":
      return placed({ field: "id" }, attribute);
    case "userName":
      return userNameTarget(rules.mapping, attribute);
    case "externalId":
      return userNameField(rules.mapping) === "email" ? placed({ field: "external_id" }, attribute) : undefined;
    case "active":
      return { present: ALWAYS, compare: compareActive };
    case "displayName":
      return held(attribute, placed({ field: "display_name" }, attribute));
    case "name.formatted": {
      const formatted = attribute?.subAttributes.find("formatted");
      return keptOr(
        [KEPT, "name"],
        placed({ path: [KEPT, "name", "formatted"] }, formatted),
        placed({ field: "name" }, formatted),
      );
    }
    case "name":
      return held(attribute, placed({ field: "name" }, undefined));
    case "schemas":
      return { present: ALWAYS, compare: compareSchema };
    case "meta.resourcetype":
      return { present: ALWAYS, compare: compareResourceType };
    case "meta.created":
      return placed({ field: "create_time" }, attribute?.subAttributes.find("created"));
    case "meta.lastmodified":
      return placed({ field: "update_time" }, attribute?.subAttributes.find("lastModified"));
    default:
      return undefined;
  }
}

function held(attribute: Attribute | undefined, field: Target<UserFilterField>): Target<UserFilterField> {
  const path = [KEPT, attribute?.name ?? ""];
  return keptOr<UserFilterField>(path, placed({ path }, attribute), field);
}

function keptTarget(path: AttributePath, rules: FilterRules): Target<UserFilterField> {
  const { root, attributes } = extensionOf(path.schema, rules);
  const attribute = attributes?.find(path.name);
  if (attribute === undefined) {
    return placed({ path: [...root, path.name, ...(path.sub === undefined ? [] : [path.sub])] }, undefined);
  }
  if (attribute.multiValued && attribute.type === "complex") {
    return listTarget({ path: [...root, attribute.name], attribute }, path.sub);
  }
  return singleTarget([...root, attribute.name], attribute, path);
}

function singleTarget(place: readonly string[], attribute: Attribute, path: AttributePath): Target<UserFilterField> {
  const { sub } = path;
  if (attribute.name === "meta" || (sub !== undefined && attribute.type !== "complex")) {
    throw scimError("invalidFilter", `there is no filter by ${spell(path)}`);
  }
  if (sub !== undefined) {
    const inner = attribute.subAttributes.find(sub);
    return placed({ path: [...place, inner?.name ?? sub] }, inner);
  }
  const value = attribute.subAttributes.find("value");
  const whole = placed<UserFilterField>({ path: place }, attribute);
  return value === undefined
    ? whole
    : { ...placed<UserFilterField>({ path: [...place, value.name] }, value), present: whole.present };
}

function listOf(path: AttributePath, rules: FilterRules): ListAttribute {
  const { root, attributes } = extensionOf(path.schema, rules);
  const attribute = attributes?.find(path.name);
  if (path.sub !== undefined || attribute?.type !== "complex" || !attribute.multiValued) {
    throw scimError("invalidFilter", `${spell(path)} is no list of values: brackets don't go there`);
  }
  return { path: [...root, attribute.name], attribute };
}

interface Extension {
  readonly root: readonly string[];
  /** Undefined: no schema is known. */
  readonly attributes: Attributes | undefined;
}

function extensionOf(schema: string | undefined, { schemas }: FilterRules): Extension {
  if (schema === undefined || isCore(schema)) {
    return { root: [KEPT], attributes: schemas.core.attributes };
  }
  return schema.toLowerCase() === ENTERPRISE.toLowerCase()
    ? { root: [KEPT, ENTERPRISE], attributes: schemas.enterprise.attributes }
    : { root: [KEPT, schema], attributes: undefined };
}

function isCore(schema: string | undefined): boolean {
  return schema === undefined || schema.toLowerCase() === CORE.toLowerCase();
}
