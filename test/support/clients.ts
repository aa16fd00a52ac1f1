import type { DescService } from "@bufbuild/protobuf";
import { type Client, Code, ConnectError, createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { expect, inject } from "vitest";
import { BadRequestSchema, ErrorInfoSchema, RequestInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { type ApiKeyRole, ApiKeyService } from "../../gen/roster/v1/api_key_service_pb.js";
import type { Reason } from "../../src/directory/errors.ts";
import { DETAIL_TYPES } from "../../src/rpc/errors.ts";

const grpcPorts = new Map<string, string>();

/** Lets clients of the gRPC port be made from the URL of the HTTP port, as all clients are. */
export function rememberGrpcPort(url: string, grpcUrl: string): void {
  grpcPorts.set(url, grpcUrl);
}

/** Of the same server. */
export function grpcPortOf(url: string): string {
  return grpcPorts.get(url) ?? expect.fail(`the gRPC port of ${url} is not known`);
}

interface TransportOptions {
  readonly baseUrl: string;
  readonly interceptors: Interceptor[];
}

/** Every way to speak to a server. */
const PROTOCOLS = {
  "Connect, JSON, HTTP/1.1": (options) =>
    createConnectTransport({
      ...options,
      httpVersion: "1.1",
      useBinaryFormat: false,
      jsonOptions: { registry: DETAIL_TYPES },
    }),
  "Connect, binary, HTTP/2": (options) => createConnectTransport({ ...options, httpVersion: "2", useBinaryFormat: true }),
  "gRPC, HTTP/2": (options) => createGrpcTransport(options),
  "gRPC, its own port": (options) => createGrpcTransport({ ...options, baseUrl: grpcPortOf(options.baseUrl) }),
  "gRPC-Web, HTTP/1.1": (options) => createGrpcWebTransport({ ...options, httpVersion: "1.1" }),
  "gRPC-Web, HTTP/2": (options) => createGrpcWebTransport({ ...options, httpVersion: "2" }),
} as const satisfies Record<string, (options: TransportOptions) => Transport>;

export type Protocol = keyof typeof PROTOCOLS;

/** All of them; on PostgreSQL two, since what differs there lies far below the wire. */
export const PROTOCOL_NAMES: readonly Protocol[] =
  inject("postgres") === undefined ? (Object.keys(PROTOCOLS) as Protocol[]) : ["Connect, JSON, HTTP/1.1", "gRPC, HTTP/2"];

/** A client of the service that calls with the secret, or without a key. */
export function clientOf<S extends DescService>(
  service: S,
  baseUrl: string,
  secret: string | undefined,
  protocol: Protocol = "Connect, binary, HTTP/2",
): Client<S> {
  const authorize: Interceptor = (next) => (request) => {
    if (secret !== undefined) request.header.set("authorization", `Bearer ${secret}`);
    return next(request);
  };
  return createClient(service, PROTOCOLS[protocol]({ baseUrl, interceptors: [authorize] }));
}

/** The secret of a new key for a user of the admin's account. */
export async function createKey(baseUrl: string, adminSecret: string, role: ApiKeyRole, userId = ""): Promise<string> {
  const keys = clientOf(ApiKeyService, baseUrl, adminSecret);
  const { secret } = await keys.createApiKey({ apiKey: { displayName: "Test key", role, userId } });
  return secret;
}

/** Waits for the failure of a call, and demands the code and the reason. */
export async function failure(call: Promise<unknown>, code: Code, reason: Reason): Promise<ConnectError> {
  const error = await call.then(
    () => expect.fail("the call succeeded"),
    (thrown: unknown) => thrown,
  );
  return demand(error, code, reason);
}

/** As `failure`, for what a stream throws. */
export function demand(error: unknown, code: Code, reason: Reason): ConnectError {
  if (!(error instanceof ConnectError)) {
    throw error;
  }
  const [info] = error.findDetails(ErrorInfoSchema);
  expect({ code: Code[error.code], reason: info?.reason, domain: info?.domain, message: error.rawMessage }).toMatchObject({
    code: Code[code],
    reason,
    domain: "roster",
  });
  expect(error.rawMessage).not.toBe("");
  expect(error.findDetails(RequestInfoSchema)).toMatchObject([{ requestId: CALL_OR_TRACE, servingData: "" }]);
  return error;
}

const CALL_OR_TRACE = expect.stringMatching(/^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/);

/** The details of an error, without the id of the call, which no two calls have in common. */
export function lastingDetails({ details }: ConnectError): Array<{ type: string; value: Uint8Array }> {
  const received = details.map((detail) => ("type" in detail ? detail : expect.fail("not of the wire")));
  return received.filter(({ type }) => type !== RequestInfoSchema.typeName);
}

/** The fields that an error names, by path. */
export function fieldsOf(error: ConnectError): string[] {
  return error.findDetails(BadRequestSchema).flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field));
}
