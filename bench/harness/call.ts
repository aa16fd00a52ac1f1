import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { create, type DescMessage, type DescMethod, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import type { Server } from "./servers.ts";
import { envelope, envelopes, postAll } from "./wire.ts";

/** What a load generator repeats. */
export interface Call {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyFile: string;
  /** How long the body of an answer is. */
  readonly answerBytes: number;
}

/** A call that has been made once, and what came back: the messages, undecoded. */
export interface TriedCall {
  readonly call: Call;
  readonly answers: readonly Buffer[];
}

type Method<I extends DescMessage> = DescMethod & { readonly input: I };

/** Over gRPC. Throws unless the status is OK: load generators see that of HTTP only. */
export async function tryGrpc<I extends DescMessage>(
  { url, headers, folder }: Server,
  method: Method<I>,
  request: MessageInitShape<I>,
): Promise<TriedCall> {
  const body = envelope(toBinary(method.input, create(method.input, request)));
  const grpc = { ...headers, "content-type": "application/grpc", te: "trailers" };
  const { call, answer } = await tryOut(`${url}${pathOf(method)}`, grpc, body, join(folder, `${method.name}.grpc`));
  if (answer.headers["grpc-status"] !== "0") {
    throw new Error(`${call.url} answers ${JSON.stringify(answer.headers)}`);
  }
  return { call, answers: [...envelopes(answer.body)] };
}

/** A unary call over the Connect protocol. Throws unless it succeeds. */
export async function tryConnect<I extends DescMessage>(
  { httpUrl, headers, folder }: Server,
  method: Method<I>,
  request: MessageInitShape<I>,
): Promise<TriedCall> {
  const body = toBinary(method.input, create(method.input, request));
  const connect = { ...headers, "content-type": "application/proto", "connect-protocol-version": "1" };
  const { call, answer } = await tryOut(`${httpUrl}${pathOf(method)}`, connect, body, join(folder, `${method.name}.proto`));
  if (Number(answer.headers[":status"]) !== 200) {
    throw new Error(`${call.url} answers ${answer.body}`);
  }
  return { call, answers: [answer.body] };
}

function pathOf(method: DescMethod): string {
  return `/${method.parent.typeName}/${method.name}`;
}

async function tryOut(url: string, headers: Call["headers"], body: Uint8Array, bodyFile: string) {
  writeFileSync(bodyFile, body);
  const [answer] = await Array.fromAsync(postAll(url, headers, [body]));
  if (answer === undefined) {
    throw new Error(`${url} does not answer`);
  }
  return { call: { url, headers, bodyFile, answerBytes: answer.body.length }, answer };
}
