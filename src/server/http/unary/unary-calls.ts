import {
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodUnary,
  fromBinary,
  fromJsonString,
  type JsonReadOptions,
  type JsonWriteOptions,
  type Message,
  type MessageInitShape,
  toJsonString,
} from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Log } from "../../../log.ts";
import type { CallIds } from "../../../rpc/call-ids.ts";
import { toConnectError } from "../../../rpc/errors.ts";
import type { CallContext } from "../../../rpc/pipeline/call.ts";
import { encodeWithPreEncodedField } from "../../../rpc/wire/pre-encoded-field.ts";
import type { Route } from "../../route.ts";
import type { Request, Response } from "../request-response.ts";
import { openEnvelope, writeAnswer } from "./answer.ts";
import { UnaryContext } from "./context.ts";
import { type Format, usualFormat } from "./format.ts";
import { readBody } from "./read-body.ts";

export interface UnaryOptions {
  readonly routes: readonly Route[];
  readonly maxMessageBytes: number;
  readonly jsonOptions: Partial<JsonReadOptions & JsonWriteOptions> & {
    readonly textDecoder: { decode(bytes: Uint8Array | undefined): string };
  };
  readonly log: Log;
}

/**
 * Answers a request. Throws if its sender goes away in the middle of it. Returns its body if that can't be read as the request says: somebody
 * else has to say what is wrong with it.
 */
export type AnswerUnary = (request: Request, response: Response, ids: CallIds) => Promise<Buffer | undefined>;

type Run = (input: Message, context: CallContext) => Promise<MessageInitShape<DescMessage>>;

interface UnaryMethod {
  readonly method: DescMethodUnary;
  readonly run: Run;
}

/**
 * Answers unary calls that are written as most clients write them, without what it takes to read them in every way that the protocols
 * allow. Undefined: the request is another one.
 */
export function createUnaryCalls(options: UnaryOptions): (path: string, request: Request) => AnswerUnary | undefined {
  const methods = new Map<string, UnaryMethod>();
  for (const { service, implementation } of options.routes) {
    for (const method of service.methods.filter(isUnary)) {
      methods.set(`/${service.typeName}/${method.name}`, { method, run: Reflect.get(implementation, method.localName) });
    }
  }
  return (path, request) => {
    const called = methods.get(path);
    const format = called && usualFormat(request);
    return format && ((...call) => answer(called, format, options, ...call));
  };
}

function isUnary(method: DescMethod): method is DescMethodUnary & DescMethod {
  return method.methodKind === "unary";
}

async function answer(
  { method, run }: UnaryMethod,
  format: Format,
  options: UnaryOptions,
  request: Request,
  response: Response,
  ids: CallIds,
): Promise<Buffer | undefined> {
  const context = new UnaryContext(request, response, ids, format.timeoutMs);
  const body = await readBody(request, options.maxMessageBytes);
  if (body === undefined) {
    throw new ConnectError("the caller has gone", Code.Canceled);
  }
  const input = body.length > options.maxMessageBytes ? undefined : decode(method.input, body, format, options);
  if (input === undefined) {
    return body;
  }
  const outcome = await run(input, context).then(
    (output) => ({ bytes: encode(method.output, create(method.output, output), format, options) }),
    (error: unknown): { readonly error: ConnectError } => ({ error: toConnectError(error, ids, options.log) }),
  );
  ids.span?.encoded();
  if (!context.cancelled) await writeAnswer(response, format, context.responseHeader, outcome);
  return undefined;
}

function decode(schema: DescMessage, body: Buffer, { protocol, json }: Format, { jsonOptions }: UnaryOptions) {
  const message = protocol === "connect" ? body : openEnvelope(body);
  try {
    if (json) return fromJsonString(schema, jsonOptions.textDecoder.decode(message), jsonOptions);
    return message && fromBinary(schema, message);
  } catch {
    return undefined;
  }
}

function encode(schema: DescMessage, output: Message, { json }: Format, { jsonOptions }: UnaryOptions): Uint8Array {
  return json ? Buffer.from(toJsonString(schema, output, jsonOptions)) : encodeWithPreEncodedField(schema, output);
}
