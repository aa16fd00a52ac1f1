import type { Request, Response } from "../http/request-response.ts";
import { type ConsoleFile, type Encoding, readConsoleFiles } from "./console-files.ts";
import { answerExchange } from "./exchange.ts";
import type { SignInCode } from "./sign-in-code.ts";
import { type ConsoleSignIn, originsOf } from "./sign-ins.ts";

/** Answers a request of the console. Returns whether it was one. */
export type AnswerConsole = (request: Request, response: Response) => boolean;

export interface ConsoleOptions {
  /** Where it was built. */
  readonly folder: string;
  /** Opens it signed in. */
  readonly code?: Pick<SignInCode, "redeem"> | undefined;
  /** Where people sign in to it, at the moment. */
  readonly signIns?: (() => readonly ConsoleSignIn[]) | undefined;
}

/** Serves the console. Its files are read when the first of them is asked for. */
export function createConsole({ folder, code, signIns = () => [] }: ConsoleOptions): AnswerConsole {
  let files: ReadonlyMap<string, ConsoleFile> | undefined;
  return (request, response) => {
    if (answerExchange(request, response, code)) {
      return true;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      return false;
    }
    const path = request.url?.split("?", 1)[0] ?? "";
    if (path === "/console/sign-ins.json") {
      sendSignIns(signIns(), request, response);
      return true;
    }
    if (path !== "/" && !path.startsWith("/assets/")) {
      return false;
    }
    files ??= readConsoleFiles(folder);
    const file = files?.get(path);
    if (file !== undefined) {
      send(file, request, response, policyFor(signIns()));
    }
    return file !== undefined;
  };
}

/** Scripts and styles from this server alone, no frames, no forms: nothing that is planted in the page can run or call home. */
function policyFor(signIns: readonly ConsoleSignIn[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    ["connect-src 'self'", ...originsOf(signIns)].join(" "),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

const HEADERS: Readonly<Record<string, string>> = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

function sendSignIns(signIns: readonly ConsoleSignIn[], request: Request, response: Response): void {
  const answer = signIns.map(({ issuer, clientId, scope, name }) => ({ issuer, clientId, scope, name }));
  response.writeHead(200, { ...HEADERS, "content-type": "application/json", "cache-control": "no-store" });
  response.end(request.method === "HEAD" ? "" : JSON.stringify(answer));
}

function send(file: ConsoleFile, request: Request, response: Response, policy: string): void {
  const encoding = encodingOf(file, String(request.headers["accept-encoding"] ?? ""));
  const etag = `"${file.etag}${encoding === undefined ? "" : `-${encoding}`}"`;
  const headers = {
    ...HEADERS,
    "content-security-policy": policy,
    etag,
    "cache-control": file.immutable ? "public, max-age=31536000, immutable" : "no-cache",
    vary: "accept-encoding",
  };
  if (String(request.headers["if-none-match"] ?? "").includes(etag)) {
    response.writeHead(304, headers);
    response.end();
    return;
  }
  const body = (encoding && file.encoded.get(encoding)) ?? file.plain;
  response.writeHead(200, {
    ...headers,
    "content-type": file.type,
    "content-length": body.byteLength,
    ...(encoding && { "content-encoding": encoding }),
  });
  response.end(request.method === "HEAD" ? "" : body);
}

/** The smallest form that the caller reads. */
function encodingOf({ encoded }: ConsoleFile, accepted: string): Encoding | undefined {
  const taken = accepted.split(",").flatMap((part) => {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    return parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter)) ? [] : [name];
  });
  return [...encoded.keys()].find((encoding) => taken.includes(encoding));
}
