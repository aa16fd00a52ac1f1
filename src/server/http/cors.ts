import { cors } from "@connectrpc/connect";
import type { Request, Response } from "./request-response.ts";

/** Origins whose pages may call, as browsers send them: `https://app.example.com`. */
export type CorsOrigins = readonly string[];

const ALLOWED_HEADERS = [...cors.allowedHeaders, "authorization", "x-api-key", "roster-client-nonce"].join(", ");
const EXPOSED_HEADERS = cors.exposedHeaders.join(", ");
const PREFLIGHT_SECONDS = "7200";

/** Lets pages of the configured origins read answers. No wildcard: each origin is named. */
export function setCorsHeaders(request: Request, response: Response, origins: CorsOrigins): void {
  const { origin } = request.headers;
  response.setHeader("vary", "origin");
  if (origin === undefined || !origins.includes(origin)) {
    return;
  }
  response.setHeader("access-control-allow-origin", origin);
  response.setHeader("access-control-expose-headers", EXPOSED_HEADERS);
  if (request.method === "OPTIONS") {
    response.setHeader("access-control-allow-methods", cors.allowedMethods.join(", "));
    response.setHeader("access-control-allow-headers", ALLOWED_HEADERS);
    response.setHeader("access-control-max-age", PREFLIGHT_SECONDS);
  }
}

/** Whether the request was a preflight, and has been answered. */
export function answerPreflight(request: Request, response: Response): boolean {
  if (request.method !== "OPTIONS") {
    return false;
  }
  response.writeHead(204);
  response.end();
  return true;
}
