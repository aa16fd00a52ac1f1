// Creates a user, reads why a call is refused, watches a change and exports everybody.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { credentials, loadPackageDefinition, Metadata, status } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

const { ROSTER_SERVER, ROSTER_API_KEY, ROSTER_PROTO } = process.env;
const schema = loadSync(["roster/v1/user_service.proto", "google/rpc/status.proto", "google/rpc/error_details.proto"], {
  includeDirs: [ROSTER_PROTO],
  keepCase: true,
  longs: String, // int64 is wider than a number
  enums: String,
  defaults: true,
  oneofs: true,
});
const { UserService } = loadPackageDefinition(schema).roster.v1;
// With TLS: credentials.createSsl()
const users = new UserService(ROSTER_SERVER, credentials.createInsecure(), {
  "grpc.keepalive_time_ms": 30_000, // finds out when a quiet stream hangs on a dead connection
  "grpc.keepalive_timeout_ms": 10_000,
  "grpc.max_receive_message_length": 32 * 1024 * 1024, // a watch never splits a transaction
});
const key = new Metadata();
key.set("authorization", `Bearer ${ROSTER_API_KEY}`);

const ada = await create({ external_id: "crm-1", email: "ada@example.com" });
console.log("created", ada.id);
await create({ email: "nobody" }).catch((error) => console.log("refused", ...explain(error)));

const watch = users.watchUsers({ from_now: true }, key); // no deadline; after a break: { change_token } of the last message
await once(watch, "data"); // it watches
await call("updateUser", { user: { id: ada.id, about: `Seen at ${new Date().toISOString()}` } });
for await (const { changes } of watch) {
  if (changes.length > 0) {
    console.log("watched", changes[0].type, changes[0].user_id);
    break;
  }
}
watch.on("error", () => {}).cancel(); // the end that was asked for is an error, CANCELLED

let count = 0;
for await (const _ of exportAll()) count += 1;
console.log("exported", count);
users.close();

async function create(user) {
  // Whoever repeats a call that failed as UNAVAILABLE sends the same request id: it never happens twice.
  const response = await call("createUser", { user, request_id: randomUUID() });
  return response.user;
}

function call(method, request) {
  return promisify(users[method].bind(users))(request, key, { deadline: Date.now() + 5_000 });
}

function explain(error) {
  const [bytes] = error.metadata.get("grpc-status-details-bin");
  const details = schema["google.rpc.Status"].deserialize(bytes).details.map(({ type_url, value }) => {
    const name = type_url.slice(type_url.lastIndexOf("/") + 1);
    return [name, schema[name].deserialize(value)];
  });
  const { "google.rpc.ErrorInfo": info, "google.rpc.BadRequest": bad } = Object.fromEntries(details);
  return [info.reason, ...(bad?.field_violations ?? []).map(({ field, description }) => `${field}: ${description}`)];
}

async function* exportAll() {
  for (let resume_token = ""; ; ) {
    try {
      for await (const message of users.listUsersChunked({ resume_token }, key, { deadline: Date.now() + 600_000 })) {
        yield* message.users;
        resume_token = message.resume_token;
        if (message.summary) return;
      }
    } catch (error) {
      if (error.code !== status.UNAVAILABLE) throw error;
    }
    await setTimeout(1_000); // the stream broke: it goes on where it was
  }
}
