import type { Request, Response } from "../http/request-response.ts";
import { type ConsoleFile, type Encoding, readConsoleFiles } from "./console-files.ts";
import { answerExchange } from "./exchange.ts";
import type { SignInCode } from "./sign-in-code.ts";

/** Answers a request of the console. Returns whether it was one. */
export type AnswerConsole = (request: Request, response: Response) => boolean;

/** Serves the console that was built into a folder. Its files are read when the first of them is asked for. `code`: opens it signed in. */
export function createConsole(folder: string, code?: Pick<SignInCode, "redeem">): AnswerConsole {
  let files: ReadonlyMap<string, ConsoleFile> | undefined;
  return (request, response) => {
    if (answerExchange(request, response, code)) {
      return true;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      return false;
    }
    const path = request.url?.split("?", 1)[0] ?? "";
    if (path !== "/" && !path.startsWith("/assets/")) {
      return false;
    }
    files ??= readConsoleFiles(folder);
    const file = files?.get(path);
    if (file !== undefined) {
      send(file, request, response);
    }
    return file !== undefined;
  };
}

/** Scripts and styles from this server alone, no frames, no forms: nothing that is planted in the page can run or call home. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": CONTENT_SECURITY_POLICY,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

function send(file: ConsoleFile, request: Request, response: Response): void {
  const encoding = encodingOf(file, String(request.headers["accept-encoding"] ?? ""));
  const etag = `"${file.etag}${encoding === undefined ? "" : `-${encoding}`}"`;
  const headers = {
    ...HEADERS,
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
