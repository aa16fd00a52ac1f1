import { create } from "@bufbuild/protobuf";
import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createMaker } from "../../bench/harness/users.ts";
import { serveConnect } from "../../bench/peers/connect.ts";
import { serveGrpc } from "../../bench/peers/grpc.ts";
import { peerService } from "../../bench/peers/service.ts";
import { openUserStore } from "../../bench/peers/store.ts";
import { GetUserRequestSchema, UserService } from "../../gen/roster/v1/user_service_pb.js";
import { clientOf } from "../support/clients.ts";
import { startTestServer, type TestServer } from "../support/server.ts";

type Users = Client<typeof UserService>;

let roster: TestServer;
let users: Users;
beforeAll(async () => {
  roster = await startTestServer();
  users = clientOf(UserService, roster.url, roster.secret);
  const { message } = createMaker(50);
  const { failures } = await users.importUsers({ users: Array.from({ length: 250 }, (_, index) => message(index)) });
  expect(failures).toEqual([]);
});
afterAll(() => roster.stop());

// What the service is measured beside must do the same work: the same answers from the same file.
describe.each([
  ["connect-node, Connect", serveConnect, createConnectTransport],
  ["connect-node, gRPC", serveConnect, createGrpcTransport],
  ["grpc-js, gRPC", serveGrpc, createGrpcTransport],
] as const)("the peer on %s", (_name, serve, createTransport) => {
  async function start(): Promise<Users> {
    const store = openUserStore(roster.databaseUrl.replace("sqlite:", ""));
    const { port, stop } = await serve(peerService(store));
    const sessionManager = new Http2SessionManager(`http://127.0.0.1:${port}`);
    onTestFinished(async () => {
      sessionManager.abort();
      stop();
      await store.close();
    });
    const options = {
      baseUrl: `http://127.0.0.1:${port}`,
      httpVersion: "2",
      useBinaryFormat: true,
      sessionManager,
    } as const;
    return createClient(UserService, createTransport(options));
  }

  test("gets users as Roster does", async () => {
    const peer = await start();
    const { user } = await users.getUser({ key: { case: "externalId", value: "crm/7" } });
    for (const key of [
      { case: "id", value: user?.id ?? "" },
      { case: "externalId", value: user?.externalId ?? "" },
      { case: "email", value: ` ${user?.email} ` },
    ] as const) {
      const request = create(GetUserRequestSchema, { key });
      expect((await peer.getUser(request)).user).toEqual((await users.getUser(request)).user);
    }
    await expect(peer.getUser({ key: { case: "id", value: "nobody" } })).rejects.toMatchObject({ code: Code.NotFound });
  });

  test("lists users as Roster does, page by page", async () => {
    const peer = await start();
    for (let ours = "", theirs = "", page = 1; page === 1 || ours !== ""; page += 1) {
      const expected = await users.listUsers({ pageSize: 100, pageToken: ours });
      const answer = await peer.listUsers({ pageSize: 100, pageToken: theirs });
      expect(answer.users).toEqual(expected.users);
      [ours, theirs] = [expected.nextPageToken, answer.nextPageToken];
      expect(theirs === "").toBe(ours === "");
    }
  });

  test("streams users as Roster does, in chunks", async () => {
    const peer = await start();
    const expected = await Array.fromAsync(users.listUsersChunked({ chunkSize: 100 }), (chunk) => chunk.users);
    expect(await Array.fromAsync(peer.listUsersChunked({ chunkSize: 100 }), (chunk) => chunk.users)).toEqual(expected);
    expect(expected.map((chunk) => chunk.length)).toEqual([100, 100, expect.any(Number)]);
  });

  test("creates users that are there afterwards, and refuses keys that are taken", async () => {
    const peer = await start();
    const given = { externalId: `new/${_name}`, name: "Ada", metadata: { plan: "free" } };
    const { user } = await peer.createUser({ user: given });
    expect(user).toMatchObject(given);
    expect((await peer.getUser({ key: { case: "id", value: user?.id ?? "" } })).user).toEqual(user);
    const again = await peer.createUser({ user: given }).catch(ConnectError.from);
    expect(again).toMatchObject({ code: Code.AlreadyExists });
  });
});
