import { gunzipSync } from "node:zlib";
import { Code, ConnectError } from "@connectrpc/connect";
import { endStreamFlag, endStreamFromJson, errorFromJsonBytes } from "@connectrpc/connect/protocol-connect";
import { findTrailerError } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerParse } from "@connectrpc/connect/protocol-grpc-web";
import type { Answer } from "../send/answer.ts";
import { toEnvelopes } from "./envelopes.ts";

type Answered = Extract<Answer, { kind: "answered" }>;

/** What an answer says, by the protocol that its content type names. */
export interface Outcome {
  readonly messages: readonly Buffer[];
  readonly json: boolean;
  readonly error: ConnectError | undefined;
}

/** Throws an Error that says what makes it no answer of its protocol. */
export function toOutcome(answer: Answered): Outcome {
  const type = answer.header.get("content-type") ?? "";
  if (type.startsWith("application/grpc-web")) return ofGrpcWeb(answer, type);
  if (type.startsWith("application/grpc")) return ofGrpc(answer, type);
  if (type.startsWith("application/connect+")) return ofConnectStream(answer, type);
  if (/^application\/(json|proto)/.test(type)) return ofConnectUnary(answer, type);
  throw new Error(`HTTP ${answer.status} with content type ${JSON.stringify(type)}`);
}

function ofGrpcWeb({ status, header, body }: Answered, type: string): Outcome {
  if (status !== 200) throw new Error(`gRPC-Web with HTTP ${status}`);
  const envelopes = toEnvelopes(body);
  const last = envelopes?.at(-1);
  const json = type.endsWith("json");
  if (header.has("grpc-status")) return { messages: [], json, error: findTrailerError(header) };
  if (envelopes === undefined || last === undefined || (last.flags & trailerFlag) === 0)
    throw new Error("gRPC-Web without trailers");
  const trailer = trailerParse(last.data);
  if (!trailer.has("grpc-status")) throw new Error("gRPC-Web without a status");
  return { messages: envelopes.slice(0, -1).map(({ data }) => data), json, error: findTrailerError(trailer) };
}

function ofGrpc({ status, header, trailer, body }: Answered, type: string): Outcome {
  if (status !== 200) throw new Error(`gRPC with HTTP ${status}`);
  const envelopes = toEnvelopes(body);
  if (envelopes === undefined) throw new Error("gRPC with half a message");
  const ending = trailer.has("grpc-status") ? trailer : header;
  if (!ending.has("grpc-status")) throw new Error("gRPC without a status");
  return { messages: envelopes.map(({ data }) => data), json: type.endsWith("json"), error: findTrailerError(ending) };
}

function ofConnectStream({ status, body }: Answered, type: string): Outcome {
  if (status !== 200) throw new Error(`a stream of Connect with HTTP ${status}`);
  const envelopes = toEnvelopes(body);
  const last = envelopes?.at(-1);
  if (envelopes === undefined || last === undefined || (last.flags & endStreamFlag) === 0)
    throw new Error("a stream of Connect without an end");
  const { error } = endStreamFromJson(last.data);
  return { messages: envelopes.slice(0, -1).map(({ data }) => data), json: type.endsWith("json"), error };
}

function ofConnectUnary({ status, header, body }: Answered, type: string): Outcome {
  const data = header.get("content-encoding") === "gzip" ? gunzipSync(body) : body;
  const json = type.startsWith("application/json");
  if (status === 200) return { messages: [data], json, error: undefined };
  if (!json) throw new Error(`HTTP ${status} with content type ${type}`);
  const unreadable = new ConnectError(`HTTP ${status} with an error that can't be read: ${data.toString()}`, Code.Unknown);
  return { messages: [], json, error: errorFromJsonBytes(data, undefined, unreadable) };
}
