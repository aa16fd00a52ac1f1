import type { Request, Response } from "../http/request-response.ts";
import type { SignInCode } from "./sign-in-code.ts";

const PATH = "/console/sign-in";

/**
 * Answers POST /console/sign-in, which gives the secret for a code. The code comes in a header, so that it is in no log of a proxy and no page
 * of another origin can send it. Returns whether the request was one.
 */
export function answerExchange(request: Request, response: Response, code: Pick<SignInCode, "redeem"> | undefined): boolean {
  if (request.method !== "POST" || request.url !== PATH) {
    return false;
  }
  const [, given] = /^Code (\S{1,128})$/.exec(String(request.headers["authorization"] ?? "")) ?? [];
  const secret = given === undefined ? undefined : code?.redeem(given);
  response.writeHead(secret === undefined ? 403 : 200, {
    "content-type": "application/json",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
  });
  response.end(JSON.stringify(secret === undefined ? {} : { secret }));
  return true;
}
