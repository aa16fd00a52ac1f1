import type { JsonObject } from "../../directory/values/json.ts";

/** RFC 7644, section 3.4.2. */
export function listResponse(resources: readonly JsonObject[], total = resources.length, startIndex = 1): JsonObject {
  return {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
    totalResults: total,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  };
}
