import type { UserFilterField } from "../../directory/lists/filter.ts";
import type { OrderTerm } from "../../directory/lists/order.ts";
import { parseOrderBy } from "../../directory/lists/order.ts";
import { USER_ORDER, type UserOrderField } from "../../directory/users/user-order.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../directory/values/json.ts";
import type { ScimFilter } from "../filter/ast.ts";
import { parseScimFilter } from "../filter/parse.ts";
import { parsePath } from "../filter/paths.ts";
import { scimError } from "../protocol/errors.ts";
import { CORE } from "../schema/schemas.ts";
import { type Mapping, userNameField } from "./mapping.ts";

export const DEFAULT_COUNT = 100;
export const MAX_COUNT = 1000;

/** What a request for a list asks for (RFC 7644, section 3.4.2). */
export interface ListRequest {
  readonly filter: ScimFilter | undefined;
  readonly order: SortOrder;
  /** From 1. */
  readonly startIndex: number;
  readonly count: number;
}

export interface SortOrder {
  readonly terms: ReadonlyArray<OrderTerm<UserOrderField>>;
  /** The field that users may lack: those come last ascending, and first descending. Undefined: all have it. */
  readonly lacking: UserFilterField | undefined;
  readonly descending: boolean;
}

/** Throws invalidFilter, invalidValue. */
export function parseListRequest(given: JsonObject, mapping: Mapping): ListRequest {
  const filter = textAt(given, "filter");
  return {
    filter: filter === undefined || filter.trim() === "" ? undefined : parseScimFilter(filter),
    order: parseSort(textAt(given, "sortBy"), textAt(given, "sortOrder"), mapping),
    startIndex: Math.max(1, integerAt(given, "startIndex") ?? 1),
    count: Math.min(Math.max(0, integerAt(given, "count") ?? DEFAULT_COUNT), MAX_COUNT),
  };
}

/** The parameters of a query, as a SearchRequest has them. */
export function parametersOf(query: URLSearchParams): JsonObject {
  return Object.fromEntries(query);
}

/** Throws invalidSyntax. */
export function searchRequestOf(body: JsonValue | undefined): JsonObject {
  if (!isJsonObject(body)) {
    throw scimError("invalidSyntax", "the body must be a SearchRequest");
  }
  return body;
}

function textAt(given: JsonObject, name: string): string | undefined {
  const value = Object.hasOwn(given, name) ? given[name] : undefined;
  if (value === undefined || value === null) {
    return undefined;
  }
  return typeof value === "string" ? value : refuse(name, "text");
}

function integerAt(given: JsonObject, name: string): number | undefined {
  const value = Object.hasOwn(given, name) ? given[name] : undefined;
  if (value === undefined || value === null || value === "") {
    return undefined;
  }
  const number = typeof value === "string" && /^[+-]?\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) ? number : refuse(name, "a whole number");
}

function refuse(name: string, wanted: string): never {
  throw scimError("invalidValue", `${name} must be ${wanted}`);
}

/** Without a wish, those who were there first: whoever is created while a client turns pages comes at the end. */
function parseSort(sortBy = "", sortOrder = "ascending", mapping: Mapping): SortOrder {
  const direction = sortOrder === "" ? "ascending" : sortOrder.toLowerCase();
  if (direction !== "ascending" && direction !== "descending") {
    return refuse("sortOrder", "ascending or descending");
  }
  const descending = direction === "descending";
  const field = sortBy === "" ? "create_time" : sortFieldOf(sortBy, mapping);
  const terms = parseOrderBy(`${field} ${descending ? "desc" : "asc"}`, USER_ORDER);
  return { terms, lacking: LACKING.find((lacking) => lacking === field), descending };
}

const LACKING = ["external_id", "email", "name", "display_name"] as const;

function sortFieldOf(sortBy: string, mapping: Mapping): string {
  const path = parsePath(sortBy);
  const isCore = path?.schema === undefined || path.schema.toLowerCase() === CORE.toLowerCase();
  const name = [path?.name, ...(path?.sub === undefined ? [] : [path.sub])].join(".").toLowerCase();
  const fields = { ...SORT_FIELDS, ...(userNameField(mapping) === "email" ? SORT_BY_EMAIL : SORT_BY_EXTERNAL_ID) };
  const [, field] = (isCore && Object.entries(fields).find(([known]) => known === name)) || [];
  return field ?? refuse("sortBy", `one of ${SORTABLE.join(", ")}`);
}

const SORT_FIELDS = {
  id: "id",
  displayname: "display_name",
  "name.formatted": "name",
  "meta.created": "create_time",
  "meta.lastmodified": "update_time",
};
const SORT_BY_EMAIL = { username: "email", externalid: "external_id" };
const SORT_BY_EXTERNAL_ID = { username: "external_id", emails: "email", "emails.value": "email" };
const SORTABLE = ["id", "userName", "displayName", "name.formatted", "meta.created", "meta.lastModified"];
