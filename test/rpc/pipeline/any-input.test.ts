import { type DescMethod, type DescService, fromJsonString, type Message } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { SERVICES } from "../../../src/rpc/permissions/permissions.ts";
import { LONG } from "../../support/bounds.ts";
import { clientOf } from "../../support/clients.ts";
import { useRoster } from "../setup.ts";
import { ABSURD, filledIn, MOST_ABSURD, templatesOf } from "./absurd.ts";

const roster = useRoster();

async function answerTo(method: DescMethod, body: string): Promise<string> {
  const streaming = method.methodKind === "server_streaming";
  const type = streaming ? "application/connect+json" : "application/json";
  const data = Buffer.from(body);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(data.length, 1);
  const response = await fetch(`${roster.server.url}/${method.parent.typeName}/${method.name}`, {
    method: "POST",
    headers: { "content-type": type, authorization: `Bearer ${roster.server.secret}`, "accept-encoding": "identity" },
    body: streaming ? Buffer.concat([head, data]) : data,
    signal: AbortSignal.timeout(10_000),
  });
  return method.name.startsWith("Watch") ? firstOf(response) : response.text();
}

/** What a stream that does not end by itself says first. */
async function firstOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  const first = await reader?.read();
  await reader?.cancel();
  return Buffer.from(first?.value ?? []).toString();
}

/** The same request in binary; undefined for what only JSON can say. */
function binary(method: DescMethod, body: string): Message | undefined {
  try {
    return fromJsonString(method.input, body);
  } catch {
    return undefined;
  }
}

type AnyClient = Record<string, (request: Message) => Promise<Message> & AsyncIterable<Message>>;

/** What a call on the gRPC port ends with, or a stream before its first message. */
async function errorOf(method: DescMethod, client: AnyClient, request: Message): Promise<unknown> {
  try {
    const answer = client[method.localName]?.(request);
    if (method.methodKind === "unary") {
      await answer;
      return undefined;
    }
    for await (const _ of answer ?? []) {
      break;
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

const METHODS = SERVICES.flatMap(({ methods }) => methods);

describe.each(METHODS)("$name", (method) => {
  test("answers any text in any field, and never with INTERNAL, UNKNOWN or silence", LONG, async () => {
    const templates = templatesOf(method);
    const failed: string[] = [];
    for (const template of templates) {
      await Promise.all(
        Object.entries(ABSURD).map(async ([name, text]) => {
          const answer = await answerTo(method, filledIn(template, text));
          const [, code] = /"code":"(\w+)"/.exec(answer) ?? [];
          const domain = code === undefined || answer.includes('"domain":"roster"');
          if (code === "internal" || code === "unknown" || !domain || answer === "") {
            failed.push(`${template} with ${name}: ${answer.slice(0, 200)}`);
          }
          expect(answer.length).toBeLessThan(100_000);
        }),
      );
    }
    expect(failed).toEqual([]);
    expect(templates.length > 0 || method.input.fields.length === 0).toBe(true);
  });
});

describe.each(METHODS)("$name, on the gRPC port,", (method) => {
  test("answers any text in any field, and never with INTERNAL or UNKNOWN", LONG, async () => {
    const { url, secret } = roster.server;
    const client = clientOf<DescService>(method.parent, url, secret, "gRPC, its own port") as AnyClient;
    const failed: string[] = [];
    for (const template of templatesOf(method)) {
      await Promise.all(
        MOST_ABSURD.map(async ([name, text]) => {
          const request = binary(method, filledIn(template, text));
          const error = request && (await errorOf(method, client, request));
          const known = error instanceof ConnectError && error.findDetails(ErrorInfoSchema)[0]?.domain === "roster";
          if (error !== undefined && (!known || error.code === Code.Internal || error.code === Code.Unknown)) {
            failed.push(`${template} with ${name}: ${error}`);
          }
        }),
      );
    }
    expect(failed).toEqual([]);
  });
});
