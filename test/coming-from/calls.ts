import type { Protocol } from "../support/clients.ts";

/** What a caller who spoke REST so far speaks from now on. */
export const JSON_OVER_HTTP: Protocol = "Connect, JSON, HTTP/1.1";

/** The key by which GetUser finds a user. */
export function byId(value: string) {
  return { key: { case: "id", value } } as const;
}
