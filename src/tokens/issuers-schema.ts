import { ROLES } from "../directory/keys/api-key.ts";

/** A claim: its name, or a list of names that leads into objects. */
const CLAIM = {
  anyOf: [
    { type: "string", minLength: 1 },
    { type: "array", items: { type: "string", minLength: 1 }, minItems: 1 },
  ],
};

const ROLE = { enum: ROLES };

const URL_TEXT = { type: "string", format: "issuer-url" };

/** The issuers file (JSON Schema 2020-12). What is checked beyond it: issuers-file.ts. */
export const ISSUERS_SCHEMA = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  required: ["issuers"],
  additionalProperties: false,
  properties: { issuers: { type: "array", items: { $ref: "#/$defs/issuer" } } },
  $defs: {
    issuer: {
      type: "object",
      required: ["issuer", "audiences", "account", "user"],
      additionalProperties: false,
      properties: {
        issuer: URL_TEXT,
        jwks_uri: URL_TEXT,
        jwks: {
          type: "object",
          required: ["keys"],
          properties: { keys: { type: "array", minItems: 1, items: { type: "object", required: ["kty"] } } },
        },
        audiences: { type: "array", minItems: 1, items: { type: "string", minLength: 1 } },
        algorithms: {
          type: "array",
          minItems: 1,
          items: { enum: ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"] },
        },
        clock_tolerance_seconds: { type: "integer", minimum: 0, maximum: 300 },
        required_claims: { type: "object" },
        account: {
          oneOf: [{ type: "string", minLength: 1 }, mapping({ type: "string", minLength: 1 })],
        },
        user: {
          type: "object",
          minProperties: 1,
          maxProperties: 1,
          additionalProperties: false,
          properties: { id: CLAIM, external_id: CLAIM, email: CLAIM },
        },
        role: { oneOf: [ROLE, mapping(ROLE, ["values"])] },
        create_users: {
          type: "object",
          additionalProperties: false,
          properties: { name: CLAIM, display_name: CLAIM, email: CLAIM, status: { enum: ["ACTIVE", "INVITED"] } },
        },
        console: {
          type: "object",
          required: ["client_id"],
          additionalProperties: false,
          properties: {
            client_id: { type: "string", minLength: 1 },
            scope: { type: "string", minLength: 1 },
            name: { type: "string", minLength: 1, maxLength: 40 },
            origins: { type: "array", items: { type: "string", format: "issuer-origin" } },
          },
        },
      },
    },
  },
} as const;

function mapping(value: object, alsoRequired: readonly string[] = []) {
  return {
    type: "object",
    required: ["claim", ...alsoRequired],
    additionalProperties: false,
    properties: { claim: CLAIM, values: { type: "object", additionalProperties: value }, default: value },
  };
}
