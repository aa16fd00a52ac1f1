import { once } from "node:events";
import { type ClientHttp2Session, connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { create, type DescService, toBinary } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { expect, onTestFinished, test } from "vitest";
import { GetUserRequestSchema, UserService } from "../../gen/roster/v1/user_service_pb.js";
import { createLog } from "../../src/log.ts";
import { type GrpcPortOptions, openGrpcPort } from "../../src/server/grpc/port.ts";

const SECONDS = 1_000;

/** A port whose calls of GetUser wait for `release`. */
async function openPort(connections: NonNullable<GrpcPortOptions["connections"]>) {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const implementation: Partial<ServiceImpl<typeof UserService>> = {
    async getUser() {
      await released;
      return { user: { id: "ada" } };
    },
  };
  const route = { service: UserService, implementation: implementation as ServiceImpl<DescService> };
  const options = { host: "127.0.0.1", port: 0, maxMessageBytes: 1_000, connections };
  const { port, drain } = await openGrpcPort([route], options, createLog("silent"));
  onTestFinished(() => drain(0));
  return { port, release };
}

function openSession(port: number): ClientHttp2Session {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  return session;
}

/** Asks for a user. Resolves to the status of the call, or to undefined if the connection ends first. */
async function getUser(session: ClientHttp2Session): Promise<string | undefined> {
  const headers = { ":method": "POST", ":path": "/roster.v1.UserService/GetUser", "content-type": "application/grpc" };
  const stream = session.request(headers, { endStream: false });
  stream.on("error", () => {});
  stream.end(encodeEnvelope(0, toBinary(GetUserRequestSchema, create(GetUserRequestSchema))));
  let status: string | undefined;
  stream.on("trailers", (trailers) => {
    status = String(trailers["grpc-status"]);
  });
  stream.resume();
  await new Promise((resolve) => stream.once("close", resolve));
  return status;
}

/** Sends the preface of HTTP/2 and then nothing more, whatever arrives. */
async function openDeafSocket(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  await once(socket, "connect");
  const emptySettings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  socket.write(Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), emptySettings]));
  socket.resume();
  return socket;
}

test("a connection that is too old is told to go, and its calls end normally", async () => {
  const { port, release } = await openPort({ maxAge: 200 });
  const session = openSession(port);
  const call = getUser(session);
  const [code] = await once(session, "goaway");
  expect(code).toBe(0);
  release();
  expect(await call).toBe("0");
  if (!session.closed) await once(session, "close");
  expect(await getUser(openSession(port))).toBe("0");
});

test("a call that is still running after the grace period ends with its connection", async () => {
  const { port } = await openPort({ maxAge: 200, maxAgeGrace: 200 });
  const session = openSession(port);
  session.on("error", () => {});
  expect(await getUser(session)).toBeUndefined();
});

test("a connection whose other end has vanished is closed", async () => {
  const { port } = await openPort({ keepalive: 100, keepaliveTimeout: 100 });
  const socket = await openDeafSocket(port);
  await once(socket, "close");
});

test("an idle connection that answers pings stays open", async () => {
  const { port, release } = await openPort({ keepalive: 50, keepaliveTimeout: 5 * SECONDS });
  release();
  const session = openSession(port);
  expect(await getUser(session)).toBe("0");
  for (let pings = 0; pings < 5; pings += 1) await once(session, "ping");
  expect(session.closed).toBe(false);
  expect(await getUser(session)).toBe("0");
});
