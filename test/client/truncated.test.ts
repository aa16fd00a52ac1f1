import { once } from "node:events";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { createRosterClient, isTransient } from "@roster/client";
import { expect, onTestFinished, test } from "vitest";
import { ListUsersChunkedResponseSchema } from "../../gen/roster/v1/user_service_pb.js";

const MESSAGE = encodeEnvelope(0, toBinary(ListUsersChunkedResponseSchema, create(ListUsersChunkedResponseSchema)));

// Something between client and server may end a stream early and in good order. Only the text of the error shows that.
test.each([
  ["after a message", MESSAGE, "protocol error: missing EndStreamResponse"],
  ["in the middle of a message", Buffer.from([0, 0, 0, 0, 9, 1]), "protocol error: incomplete envelope"],
])("a stream that ends %s is worth another try", async (_, bytes, text) => {
  const baseUrl = await serveBytes(bytes);
  const { users, close } = createRosterClient({ baseUrl, apiKey: "secret" });
  onTestFinished(close);
  const error: unknown = await Array.fromAsync(users.listUsersChunked({})).catch((thrown: unknown) => thrown);
  expect(ConnectError.from(error).rawMessage).toBe(text);
  expect(isTransient(error)).toBe(true);
});

/** A server that answers every call with a stream of these bytes. */
async function serveBytes(bytes: Uint8Array): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "application/connect+proto" }).end(bytes);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}`;
}
