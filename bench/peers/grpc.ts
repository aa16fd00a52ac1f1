// Peer (b): grpc-js + Kysely. gRPC alone, messages by protobuf-es: node bench/peers/grpc.ts DATABASE
import { once } from "node:events";
import { type DescMethod, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import {
  type MethodDefinition,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServerWritableStream,
  type StatusObject,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { type PeerService, peerService } from "./service.ts";
import { openUserStore } from "./store.ts";

/** Listens on any free port. Resolves with it, and with what ends it. */
export async function serveGrpc(service: PeerService): Promise<{ port: number; stop: () => void }> {
  const { getUser, createUser, listUsers, listUsersChunked } = UserService.method;
  const server = new Server();
  server.addService(
    {
      getUser: define(getUser),
      createUser: define(createUser),
      listUsers: define(listUsers),
      listUsersChunked: define(listUsersChunked),
    },
    {
      getUser: unary(service.getUser),
      createUser: unary(service.createUser),
      listUsers: unary(service.listUsers),
      listUsersChunked: streaming(service.listUsersChunked),
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, stop: () => server.forceShutdown() };
}

function define<M extends DescMethod>(method: M): MethodDefinition<MessageShape<M["input"]>, MessageShape<M["output"]>> {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    requestStream: false,
    responseStream: method.methodKind === "server_streaming",
    requestSerialize: (request) => Buffer.from(toBinary<M["input"]>(method.input, request)),
    requestDeserialize: (bytes) => fromBinary<M["input"]>(method.input, bytes),
    responseSerialize: (response) => Buffer.from(toBinary<M["output"]>(method.output, response)),
    responseDeserialize: (bytes) => fromBinary<M["output"]>(method.output, bytes),
  };
}

function unary<I, O>(run: (request: I) => Promise<O>) {
  return (call: ServerUnaryCall<I, O>, callback: sendUnaryData<O>): void => {
    run(call.request).then(
      (response) => callback(null, response),
      (error: unknown) => callback(toStatus(error)),
    );
  };
}

function streaming<I, O>(run: (request: I) => AsyncIterable<O>) {
  return async (call: ServerWritableStream<I, O>): Promise<void> => {
    const gone = new AbortController();
    call.once("cancelled", () => gone.abort());
    try {
      for await (const response of run(call.request)) {
        if (!call.write(response)) {
          await once(call, "drain", { signal: gone.signal });
        }
      }
      call.end();
    } catch (error) {
      if (!call.cancelled) {
        call.emit("error", toStatus(error));
      }
    }
  };
}

function toStatus(error: unknown): Partial<StatusObject> {
  const { code, rawMessage } = ConnectError.from(error, Code.Internal);
  return { code: code as number, details: rawMessage };
}

if (import.meta.main) {
  const { port } = await serveGrpc(peerService(openUserStore(process.argv[2] ?? "")));
  console.log(`http://127.0.0.1:${port}`);
}
