import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { deflateSync } from "node:zlib";
import { create, type DescService, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  CreateUserRequestSchema,
  type ListUsersChunkedResponseSchema,
  UserService,
} from "../../gen/roster/v1/user_service_pb.js";
import { createLog } from "../../src/log.ts";
import { type GrpcPort, openGrpcPort } from "../../src/server/grpc/port.ts";
import { demand } from "../support/clients.ts";
import { testFolder } from "../support/folder.ts";
import { spawnServer } from "../support/process.ts";
import { startTestServer } from "../support/server.ts";
import { call } from "./wire.ts";

const WIRE = "gRPC, its own port";

describe("a stream of messages that are larger than a connection takes", () => {
  let made: number;
  let ended: boolean;
  let port: GrpcPort;
  let session: ClientHttp2Session;
  beforeEach(async () => {
    made = 0;
    ended = false;
    port = await openGrpcPort(
      [
        {
          service: UserService,
          implementation: { listUsersChunked: endless } as Partial<
            ServiceImpl<typeof UserService>
          > as ServiceImpl<DescService>,
        },
      ],
      { host: "127.0.0.1", port: 0, maxMessageBytes: 1_000 },
      createLog("silent"),
    );
    session = connect(`http://127.0.0.1:${port.port}`);
  });
  afterEach(async () => {
    session.destroy();
    await port.drain(0);
  });

  async function* endless(): AsyncGenerator<MessageInitShape<typeof ListUsersChunkedResponseSchema>> {
    try {
      for (;;) {
        made += 1;
        yield { users: [{ about: "x".repeat(1_000_000) }] };
      }
    } finally {
      ended = true;
    }
  }

  async function stall(): Promise<ClientHttp2Stream> {
    const headers = { ":method": "POST", ":path": "/roster.v1.UserService/ListUsersChunked" };
    const stream = session.request({ ...headers, "content-type": "application/grpc" }, { endStream: false });
    stream.on("error", () => {});
    stream.end(encodeEnvelope(0, new Uint8Array()));
    await once(stream, "readable");
    return stream;
  }

  async function take(stream: ClientHttp2Stream, bytes: number): Promise<void> {
    for (let taken = 0; taken < bytes; ) {
      const data: Buffer | null = stream.read();
      taken += data?.length ?? 0;
      await (data ?? once(stream, "readable"));
    }
  }

  /** So many times to the server and back: what it was about to do, it has done. */
  async function goBackAndForth(): Promise<void> {
    for (let times = 0; times < 50; times++) {
      await new Promise((answered) => session.ping(answered));
    }
  }

  test("is made one message ahead of its reader", async () => {
    const stream = await stall();
    await goBackAndForth();
    expect(made).toBe(2);
    await take(stream, 1_100_000);
    await goBackAndForth();
    expect(made).toBe(3);
  });

  test("ends when its reader goes away in the middle of one", async () => {
    const stream = await stall();
    stream.close();
    await expect.poll(() => ended).toBe(true);
  });
});

test("requests may be compressed by deflate, too", async () => {
  const server = await startTestServer();
  const message = toBinary(
    CreateUserRequestSchema,
    create(CreateUserRequestSchema, { user: { about: "y".repeat(10_000) } }),
  );
  const request = { method: "UserService/CreateUser", headers: { "grpc-encoding": "deflate" }, secret: server.secret };
  const packed = await call(WIRE, server.url, { ...request, body: encodeEnvelope(1, deflateSync(message)) });
  expect(packed.error).toBeUndefined();
  const garbage = await call(WIRE, server.url, { ...request, body: encodeEnvelope(1, message) });
  demand(garbage.error, Code.InvalidArgument, "REQUEST_MALFORMED");
  await server.stop();
});

test("a deadline that passes while the request is still on its way has the reason, too", async () => {
  const server = await startTestServer();
  const request = { method: "UserService/ListUsers", body: "", secret: server.secret, timeoutMs: 50 };
  const { error } = await call(WIRE, server.url, { ...request, open: true });
  demand(error, Code.DeadlineExceeded, "DEADLINE_EXCEEDED");
  await server.stop();
});

test("a key that can't be metadata is neither taken nor shown", async () => {
  const server = await spawnServer(testFolder(), { env: { ROSTER_LOG_LEVEL: "debug" } });
  const headers = { "x-api-key": "hunter2ü", authorization: "Bearer hunter2ü" };
  const { error } = await call(WIRE, server.url, { method: "UserService/ListUsers", headers });
  demand(error, Code.Unauthenticated, "API_KEY_INVALID");
  await server.end("SIGTERM");
  expect(server.log() + server.output()).not.toContain("hunter2");
});
