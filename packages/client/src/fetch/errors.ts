import { base64Decode } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";

/** An error as Connect writes it. Whatever stands between client and server may write anything. */
interface WireError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly details?: ReadonlyArray<{ readonly type: string; readonly value: string }>;
}

/** What an answer that is no message means. */
export function errorOf({ status, headers }: Response, body: string): ConnectError {
  const usual = CODES_BY_STATUS[status] ?? Code.Unknown;
  const json = headers.get("content-type")?.startsWith("application/json") ? parse(body) : undefined;
  return json === undefined ? new ConnectError(`HTTP ${status}`, usual, headers) : toError(json, usual, headers);
}

/** Throws if the stream has ended with an error. */
export function endOf(data: Uint8Array, trailer: Headers): void {
  const end = parse(new TextDecoder().decode(data)) ?? {};
  const metadata: unknown = Reflect.get(end, "metadata") ?? {};
  for (const [name, values] of Object.entries(metadata as Record<string, readonly string[]>)) {
    for (const value of values) trailer.append(name, value);
  }
  const error: unknown = Reflect.get(end, "error");
  if (typeof error === "object" && error !== null) throw toError(error, Code.Unknown, trailer);
}

function toError({ code, message, details = [] }: WireError, usual: Code, metadata: Headers): ConnectError {
  const error = new ConnectError(typeof message === "string" ? message : "", codeOf(code) ?? usual, metadata);
  error.details = details.map(({ type, value }) => ({ type, value: base64Decode(value) }));
  return error;
}

/** Of `not_found`. */
function codeOf(name: unknown): Code | undefined {
  const key = String(name).replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.entries(Code).find(([each]) => each === key)?.[1] as Code | undefined;
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** As the Connect protocol says. */
const CODES_BY_STATUS: Readonly<Record<number, Code>> = {
  400: Code.Internal,
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  404: Code.Unimplemented,
  429: Code.Unavailable,
  502: Code.Unavailable,
  503: Code.Unavailable,
  504: Code.Unavailable,
};
