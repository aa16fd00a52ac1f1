import { expect } from "vitest";
import type { JsonObject, JsonValue } from "../../src/directory/values/json.ts";
import type { ServerOptions } from "../../src/server/server.ts";
import { type Roster, useRoster } from "../rpc/setup.ts";

export const CORE = "urn:ietf:params:scim:schemas:core:2.0:User";
export const ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
export const PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const ERROR = "urn:ietf:params:scim:api:messages:2.0:Error";

/** An answer of SCIM: what a client of plain HTTP sees of it. */
export interface ScimAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Empty: there was none. */
  readonly body: JsonObject;
}

/** A client of the SCIM service with a key, of plain HTTP. */
export type Scim = (
  method: string,
  path: string,
  body?: JsonValue,
  headers?: Readonly<Record<string, string>>,
) => Promise<ScimAnswer>;

export function useScim(options: Partial<ServerOptions> = {}): Roster & { readonly scim: (secret?: string) => Scim } {
  const roster = useRoster({ scim: { userName: "external_id" }, ...options });
  return Object.assign(roster, {
    scim: (secret = roster.server.secret) => scimClient(roster.server.url, secret),
  });
}

export function scimClient(url: string, secret: string | undefined): Scim {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}/scim/v2${path}`, {
      method,
      headers: {
        ...(secret !== undefined && { authorization: `Bearer ${secret}` }),
        ...(body !== undefined && { "content-type": "application/scim+json" }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (text !== "") expect(response.headers.get("content-type")).toBe("application/scim+json");
    return { status: response.status, headers: response.headers, body: text === "" ? {} : JSON.parse(text) };
  };
}

/** Demands that the call fails so, in the form that SCIM's errors have. */
export async function scimFailure(call: Promise<ScimAnswer>, status: number, scimType?: string): Promise<ScimAnswer> {
  const answer = await call;
  expect(answer).toMatchObject({ status, body: { schemas: [ERROR], status: String(status), detail: expect.any(String) } });
  expect(answer.body["scimType"]).toBe(scimType);
  return answer;
}

/** A user as identity providers send one. */
export function person(userName: string, more: JsonObject = {}): JsonObject {
  return { schemas: [CORE], userName, active: true, ...more };
}

/** Creates a user, and returns the resource. */
export async function addPerson(scim: Scim, userName: string, more: JsonObject = {}): Promise<JsonObject> {
  const { status, body } = await scim("POST", "/Users", person(userName, more));
  expect({ status, detail: body["detail"] }).toEqual({ status: 201, detail: undefined });
  return body;
}

export function idOf({ id }: JsonObject): string {
  return typeof id === "string" ? id : expect.fail("it has no id");
}

/** The user names of a list. */
export function namesIn({ body }: ScimAnswer): string[] {
  const resources = body["Resources"];
  return (Array.isArray(resources) ? resources : []).map(({ userName }: { userName: string }) => userName);
}
