import {
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { type CallOptions, Client, type ClientReadableStream, credentials, Metadata } from "@grpc/grpc-js";
import { BadRequestSchema, ErrorInfoSchema, ResourceInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { StatusSchema } from "../../../gen/google/rpc/status_pb.js";

/** The client that services in Node use most, as far as tests need it. */
export interface GrpcJs {
  unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    options?: CallOptions,
  ): Promise<MessageShape<O>>;
  stream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
    options?: CallOptions,
  ): ClientReadableStream<MessageShape<O>>;
  close(): void;
}

/** A client that sends these headers with every call. */
export function grpcJsClient(url: string, headers: Readonly<Record<string, string>>): GrpcJs {
  const client = new Client(new URL(url).host, credentials.createInsecure());
  const metadata = () => Metadata.fromHttp2Headers({ ...headers });
  return {
    unary: (method, request, options = {}) =>
      new Promise((resolve, reject) => {
        const { path, serialize, deserialize } = codecOf(method);
        client.makeUnaryRequest(path, serialize, deserialize, request, metadata(), options, (error, response) =>
          response === undefined ? reject(error) : resolve(response),
        );
      }),
    stream(method, request, options = {}) {
      const { path, serialize, deserialize } = codecOf(method);
      return client.makeServerStreamRequest(path, serialize, deserialize, request, metadata(), options);
    },
    close: () => client.close(),
  };
}

function codecOf<I extends DescMessage, O extends DescMessage>(
  method: DescMethod & { readonly input: I; readonly output: O },
) {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    serialize: (request: MessageInitShape<I>) => Buffer.from(toBinary(method.input, create(method.input, request))),
    deserialize: (bytes: Buffer) => fromBinary(method.output, bytes),
  };
}

/** What a caller learns from an error of grpc-js. */
export function readError(error: unknown) {
  const { code, metadata } = serviceError(error);
  const [packed] = metadata.get("grpc-status-details-bin");
  const details = packed instanceof Buffer ? fromBinary(StatusSchema, packed).details : [];
  const [info] = details.flatMap((detail) => anyUnpack(detail, ErrorInfoSchema) ?? []);
  return {
    code,
    reason: info?.reason,
    domain: info?.domain,
    fields: details.flatMap((any) => anyUnpack(any, BadRequestSchema)?.fieldViolations.map(({ field }) => field) ?? []),
    resources: details.flatMap((any) => anyUnpack(any, ResourceInfoSchema)?.resourceName ?? []),
  };
}

function serviceError(error: unknown): { code: number; metadata: Metadata } {
  const known = error instanceof Error && "code" in error && "metadata" in error;
  if (!known || typeof error.code !== "number" || !(error.metadata instanceof Metadata)) {
    throw error;
  }
  return { code: error.code, metadata: error.metadata };
}
