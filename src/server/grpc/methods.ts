import {
  create,
  type DescMessage,
  type DescMethod,
  type DescService,
  fromBinary,
  type Message,
  type MessageInitShape,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import type {
  MethodDefinition,
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  StatusObject,
  sendUnaryData,
} from "@grpc/grpc-js";
import { messageOf } from "../../directory/values/cause.ts";
import type { Log } from "../../log.ts";
import type { CallContext } from "../../rpc/pipeline/call.ts";
import { encodeWithPreEncodedField } from "../../rpc/wire/pre-encoded-field.ts";
import { within } from "../call-spans.ts";
import { GrpcContext } from "./context.ts";
import { toStatusObject } from "./errors.ts";
import { idsOfCall } from "./stream-ids.ts";

// grpc-js passes messages on as bytes. They are decoded here, so that an error has the details of Roster's errors.
const asIs = (bytes: Buffer) => bytes;

export function definitionOf(method: DescMethod): MethodDefinition<Buffer, Buffer> {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: method.methodKind === "client_streaming" || method.methodKind === "bidi_streaming",
    responseStream: method.methodKind === "server_streaming" || method.methodKind === "bidi_streaming",
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  };
}

type Readable = ServerReadableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;
type Writable = ServerWritableStream<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>;

/** The function of a method of any kind. */
type AnyImpl = (input: unknown, context: CallContext) => Promise<object> | AsyncIterable<object>;

/** The function that grpc-js calls: decodes, runs the function that all ports share, encodes. */
export function handlerOf(method: DescMethod, implementation: ServiceImpl<DescService>, log: Log, traced: boolean) {
  const run = Reflect.get(implementation, method.localName) as AnyImpl;
  const encode = (message: object) =>
    asBuffer(encodeWithPreEncodedField(method.output, create(method.output, message as MessageInitShape<DescMessage>)));
  const single = (call: ServerUnaryCall<Buffer, Buffer> | ServerWritableStream<Buffer, Buffer>) =>
    decode(method.input, call.request);

  const spanOf = (call: object) => (traced ? idsOfCall(call).span : undefined);
  const answer = async (call: ServerUnaryCall<Buffer, Buffer> | Readable, input: () => unknown) => {
    const span = spanOf(call);
    const bytes = encode(await within(span, () => run(input(), new GrpcContext(call)) as Promise<object>));
    span?.encoded();
    return bytes;
  };
  const answers = (call: Writable, input: () => unknown) => run(input(), new GrpcContext(call)) as AsyncIterable<object>;

  switch (method.methodKind) {
    case "unary":
      return (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) =>
        settle(
          answer(call, () => single(call)),
          callback,
          (error) => toStatusObject(error, idsOfCall(call), log),
        );
    case "client_streaming":
      return (call: ServerReadableStream<Buffer, Buffer>, callback: sendUnaryData<Buffer>) =>
        settle(
          answer(call, () => decodeAll(method.input, call)),
          callback,
          (error) => toStatusObject(error, idsOfCall(call), log),
        );
    case "server_streaming":
      return (call: ServerWritableStream<Buffer, Buffer>) =>
        within(spanOf(call), () => stream(call, () => answers(call, () => single(call)), encode, log));
    case "bidi_streaming":
      return (call: ServerDuplexStream<Buffer, Buffer>) =>
        within(spanOf(call), () => stream(call, () => answers(call, () => decodeAll(method.input, call)), encode, log));
  }
}

function settle(answer: Promise<Buffer>, callback: sendUnaryData<Buffer>, toStatus: (error: unknown) => StatusObject): void {
  answer.then(
    (bytes) => callback(null, bytes),
    (error: unknown) => callback(toStatus(error)),
  );
}

/** Makes one message while the one before is being sent, and none beyond that, so that a slow reader costs no memory. */
async function stream(
  call: Writable,
  messages: () => AsyncIterable<object>,
  encode: (message: object) => Buffer,
  log: Log,
): Promise<void> {
  let sent = Promise.resolve();
  let stopWaiting = () => {};
  call.once("cancelled", () => stopWaiting());
  try {
    for await (const message of messages()) {
      await sent;
      if (call.cancelled) {
        return;
      }
      sent = new Promise((resolve) => {
        stopWaiting = resolve;
        call.write(encode(message), () => resolve());
      });
    }
    call.end();
  } catch (error) {
    // A caller that has gone gets no error.
    if (!call.cancelled) {
      call.emit("error", toStatusObject(error, idsOfCall(call), log));
    }
  }
}

async function* decodeAll(schema: DescMessage, call: Readable): AsyncGenerator<Message> {
  // By default an iteration that ends early destroys the stream, and the response could not be sent.
  for await (const bytes of call.iterator({ destroyOnReturn: false })) {
    yield decode(schema, bytes);
  }
}

function decode(schema: DescMessage, bytes: Buffer): Message {
  try {
    return fromBinary(schema, bytes);
  } catch (error) {
    throw new ConnectError(messageOf(error), Code.InvalidArgument);
  }
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
