// A program that closes its client in the moment in which the server's goodbye arrives, when the connection is given up but has not ended.
import { EventEmitter, once } from "node:events";
import { createServer, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import { create, toBinary } from "@bufbuild/protobuf";
import { createRosterClient } from "@roster/client";
import { WhoAmIResponseSchema } from "../../gen/roster/v1/api_key_service_pb.js";

const sessions: ServerHttp2Session[] = [];
const answer = toBinary(WhoAmIResponseSchema, create(WhoAmIResponseSchema));
const server = createServer((_, response) => {
  response.writeHead(200, { "content-type": "application/proto" }).end(answer);
}).on("session", (session) => sessions.push(session));
await once(server.listen(0, "127.0.0.1"), "listening");
const { port } = server.address() as AddressInfo;
const { apiKeys, close } = createRosterClient({ baseUrl: `http://127.0.0.1:${port}` });

const ended = Promise.withResolvers<void>();
const { emit } = EventEmitter.prototype;
EventEmitter.prototype.emit = function (...event) {
  const isHeard = emit.apply(this, event);
  if (event[0] === "goaway") {
    close();
    this.once("close", ended.resolve);
  }
  return isHeard;
};
await apiKeys.whoAmI({});
for (const session of sessions) session.goaway();
await ended.promise;
console.log("still here");
process.exit();
