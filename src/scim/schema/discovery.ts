import type { JsonObject } from "../../directory/values/json.ts";
import { MAX_BULK_OPERATIONS } from "../bulk/request.ts";
import { MAX_COUNT } from "../users/list-request.ts";
import { CORE, ENTERPRISE, type UserSchemas } from "./schemas.ts";

/** What the service can do (RFC 7643, section 5). */
export function serviceProviderConfig(base: string, maxBytes: number): JsonObject {
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: MAX_BULK_OPERATIONS, maxPayloadSize: maxBytes },
    filter: { supported: true, maxResults: MAX_COUNT },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: "oauthbearertoken",
        name: "Bearer token",
        description: "the secret of an API key or, where issuers are trusted, a token of one of them",
        specUri: "https://www.rfc-editor.org/info/rfc6750",
        primary: true,
      },
    ],
    meta: { resourceType: "ServiceProviderConfig", location: `${base}/ServiceProviderConfig` },
  };
}

/** There are users, and no groups (RFC 7643, section 6). */
export function userResourceType(base: string): JsonObject {
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
    id: "User",
    name: "User",
    endpoint: "/Users",
    description: "User Account",
    schema: CORE,
    schemaExtensions: [{ schema: ENTERPRISE, required: false }],
    meta: { resourceType: "ResourceType", location: `${base}/ResourceTypes/User` },
  };
}

/** RFC 7643, section 7. */
export function schemaDescriptions({ core, enterprise }: UserSchemas, base: string): JsonObject[] {
  return [core, enterprise].map(({ id, description }) => ({
    ...description,
    meta: { resourceType: "Schema", location: `${base}/Schemas/${id}` },
  }));
}
