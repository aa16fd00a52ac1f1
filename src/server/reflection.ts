import {
  createRegistry,
  type DescFile,
  type DescService,
  type MessageInitShape,
  type Registry,
  toBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import { file_google_rpc_error_details } from "../../gen/google/rpc/error_details_pb.js";
import type {
  ServerReflection,
  ServerReflectionRequest,
  ServerReflectionResponseSchema,
} from "../../gen/grpc/reflection/v1/reflection_pb.js";
import type { ServerReflection as ServerReflectionAlpha } from "../../gen/grpc/reflection/v1alpha/reflection_pb.js";

type Answer = NonNullable<MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]>;

/** What reflection can be asked for. */
interface Catalogue {
  readonly services: readonly string[];
  readonly files: ReadonlyMap<string, DescFile>;
  readonly types: Registry;
}

/** grpc.reflection over the descriptors of the services served. Needs no key. */
export function reflectionService(services: readonly DescService[]): ServiceImpl<typeof ServerReflection> {
  // No service refers to the types of error details, but grpcurl asks for them to show an error.
  const files = [...services.map(({ file }) => file), file_google_rpc_error_details].flatMap(withDependencies);
  const catalogue: Catalogue = {
    services: services.map(({ typeName }) => typeName).sort(),
    files: new Map(files.map((file) => [file.proto.name, file])),
    types: createRegistry(...files),
  };
  return {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) {
        yield { validHost: request.host, originalRequest: request, messageResponse: answer(catalogue, request) };
      }
    },
  };
}

/** v1alpha has the messages of v1 under other names. */
export function asV1Alpha(service: ServiceImpl<typeof ServerReflection>): ServiceImpl<typeof ServerReflectionAlpha> {
  return service as unknown as ServiceImpl<typeof ServerReflectionAlpha>;
}

function answer({ services, files, types }: Catalogue, { messageRequest: lookup }: ServerReflectionRequest): Answer {
  switch (lookup.case) {
    case "listServices":
      return { case: "listServicesResponse", value: { service: services.map((name) => ({ name })) } };
    case "fileByFilename":
      return fileAnswer(files.get(lookup.value), lookup.value);
    case "fileContainingSymbol":
      return fileAnswer(fileOfSymbol(types, lookup.value), lookup.value);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = lookup.value;
      const extension = extensionsOf(types, containingType).find(({ number }) => number === extensionNumber);
      return fileAnswer(extension?.file, `extension ${extensionNumber} of ${containingType}`);
    }
    case "allExtensionNumbersOfType": {
      const extensionNumber = extensionsOf(types, lookup.value).map(({ number }) => number);
      return { case: "allExtensionNumbersResponse", value: { baseTypeName: lookup.value, extensionNumber } };
    }
    default:
      return failure(Code.InvalidArgument, "the request asks for nothing");
  }
}

function fileAnswer(file: DescFile | undefined, wanted: string): Answer {
  if (file === undefined) {
    return failure(Code.NotFound, `not found: ${wanted}`);
  }
  const fileDescriptorProto = withDependencies(file).map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto } };
}

function failure(errorCode: Code, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}

/** The symbol may be a type, or a method, field or value inside one. */
function fileOfSymbol(types: Registry, symbol: string): DescFile | undefined {
  for (let name = symbol.replace(/^\./, ""); name !== ""; name = name.slice(0, Math.max(name.lastIndexOf("."), 0))) {
    const found = types.get(name);
    if (found !== undefined) {
      return found.file;
    }
  }
  return undefined;
}

function extensionsOf(types: Registry, typeName: string) {
  return [...types].flatMap((type) => (type.kind === "extension" && type.extendee.typeName === typeName ? [type] : []));
}

/** Files before those that need them. */
function withDependencies(file: DescFile): DescFile[] {
  return [...new Set([...file.dependencies.flatMap(withDependencies), file])];
}
