import { isJsonObject, type JsonObject, type JsonValue } from "../../directory/values/json.ts";
import { type Attribute, Attributes, type AttributeType, NO_ATTRIBUTES, type Schema } from "./attribute.ts";

export const CORE = "urn:ietf:params:scim:schemas:core:2.0:User";
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/** The schemas of users. */
export interface UserSchemas {
  readonly core: Schema;
  readonly enterprise: Schema;
}

/** Attributes that Roster does not have. They are left out of what is sent. */
export const UNSUPPORTED: readonly string[] = ["password", "groups"];

/** Takes the definitions of RFC 7643 from scimmy, which is loaded where SCIM is on. */
export async function loadSchemas(): Promise<UserSchemas> {
  const { User, EnterpriseUser } = await import("scimmy/schemas");
  return {
    core: toSchema(CORE, withoutUnsupported(plain(User.definition.describe("/Schemas"))), COMMON),
    enterprise: toSchema(ENTERPRISE, withWritableManager(plain(EnterpriseUser.definition.describe("/Schemas"))), []),
  };
}

/** The case of references counts (RFC 7643, section 2.3.7), which scimmy does not say. */
function plain(description: object): JsonObject {
  const json: JsonValue = JSON.parse(JSON.stringify(description), (_key, value: JsonValue) =>
    isJsonObject(value) && value["type"] === "reference" ? { ...value, caseExact: true } : value,
  );
  return isJsonObject(json) ? json : {};
}

function toSchema(id: string, description: JsonObject, common: readonly Attribute[]): Schema {
  return { id, description, attributes: new Attributes([...common, ...attributesIn(description["attributes"])]) };
}

function attributesIn(list: JsonValue | undefined): Attribute[] {
  return objectsIn(list).map(toAttribute);
}

function toAttribute(json: JsonObject): Attribute {
  return {
    name: String(json["name"]),
    type: json["type"] as AttributeType,
    multiValued: json["multiValued"] === true,
    caseExact: json["caseExact"] === true,
    readOnly: json["mutability"] === "readOnly",
    subAttributes: new Attributes(attributesIn(json["subAttributes"])),
  };
}

function withoutUnsupported(description: JsonObject): JsonObject {
  const attributes = objectsIn(description["attributes"]).filter(({ name }) => !UNSUPPORTED.includes(String(name)));
  return { ...description, attributes };
}

/** The name of a manager is kept as it is sent: Roster does not look at whom `value` names. */
function withWritableManager(description: JsonObject): JsonObject {
  const attributes = objectsIn(description["attributes"]).map((attribute) => ({
    ...attribute,
    ...(attribute["name"] === "manager" && {
      subAttributes: objectsIn(attribute["subAttributes"]).map((sub) => ({ ...sub, mutability: "readWrite" })),
    }),
  }));
  return { ...description, attributes };
}

function objectsIn(list: JsonValue | undefined): JsonObject[] {
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function common(name: string, type: AttributeType, more: Partial<Attribute> = {}): Attribute {
  const plainText = { multiValued: false, caseExact: true, readOnly: true, subAttributes: NO_ATTRIBUTES };
  return { name, type, ...plainText, ...more };
}

/** What every resource has (RFC 7643, section 3.1). */
const COMMON: readonly Attribute[] = [
  common("id", "string"),
  common("externalId", "string", { readOnly: false }),
  common("schemas", "reference", { multiValued: true }),
  common("meta", "complex", {
    subAttributes: new Attributes([
      common("resourceType", "string"),
      common("created", "dateTime"),
      common("lastModified", "dateTime"),
      common("location", "reference"),
      common("version", "string"),
    ]),
  }),
];
