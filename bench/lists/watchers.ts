import { once } from "node:events";
import { type ClientHttp2Session, connect } from "node:http2";
import { create, toBinary } from "@bufbuild/protobuf";
import type { RosterClient } from "@roster/client";
import { UserService, WatchUsersRequestSchema } from "../../gen/roster/v1/user_service_pb.js";
import { median } from "../harness/rounds.ts";
import type { Server } from "../harness/servers.ts";
import { envelope } from "../harness/wire.ts";

const SESSIONS = 10;
const WATCHERS_PER_SESSION = 100;
const WRITES = 25;
/** A message that tells of a change is longer, one of an idle watch shorter. */
const CHANGE_BYTES = 300;

/** Milliseconds, in the median, from the call that writes until a watcher has the change; all watch the same account. */
export async function timeDelivery(server: Server, users: RosterClient["users"]): Promise<number> {
  const sessions = Array.from({ length: SESSIONS }, () => connect(server.url));
  const arrivals: number[] = [];
  const opened = sessions.flatMap((session) =>
    Array.from({ length: WATCHERS_PER_SESSION }, () => watch(session, server, () => arrivals.push(performance.now()))),
  );
  await Promise.all(opened);
  const delays: number[] = [];
  for (let write = 0; write < WRITES; write += 1) {
    arrivals.length = 0;
    const start = performance.now();
    await users.createUser({ user: { displayName: `Watched ${write}`, about: "x".repeat(CHANGE_BYTES) } });
    while (arrivals.length < SESSIONS * WATCHERS_PER_SESSION) {
      await new Promise(setImmediate);
    }
    delays.push(...arrivals.map((arrival) => arrival - start));
  }
  for (const session of sessions) session.destroy();
  return median(delays);
}

/** Resolves when the watch is open: its first message comes at once. */
async function watch(session: ClientHttp2Session, { headers }: Server, onChange: () => void): Promise<void> {
  const stream = session.request({
    ":method": "POST",
    ":path": `/${UserService.typeName}/WatchUsers`,
    "content-type": "application/grpc",
    te: "trailers",
    ...headers,
  });
  const request = create(WatchUsersRequestSchema, { start: { case: "fromNow", value: true } });
  stream.end(envelope(toBinary(WatchUsersRequestSchema, request)));
  await once(stream, "data");
  stream.on("data", (part: Buffer) => {
    if (part.length > CHANGE_BYTES) onChange();
  });
}
