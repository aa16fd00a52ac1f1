// A page that makes calls for the test, by Connect-Web or gRPC-Web: window.calls.
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";
import { createUsersClient } from "@roster/client";
import { BadRequestSchema, ErrorInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";

const TRANSPORTS = { connect: createConnectTransport, grpcWeb: createGrpcWebTransport };
const watched = [];
let users;
let client;
let aborted;
let exported;

window.calls = {
  open(protocol, baseUrl, apiKey) {
    const authorize = (next) => (request) => {
      request.header.set("authorization", `Bearer ${apiKey}`);
      return next(request);
    };
    users = createClient(UserService, TRANSPORTS[protocol]({ baseUrl, interceptors: [authorize], useHttpGet: true }));
    client = createUsersClient({ baseUrl, apiKey });
  },
  async get(id) {
    const { user } = await users.getUser({ key: { case: "id", value: id } });
    return user.displayName;
  },
  async refusal(user) {
    const error = await users.createUser({ user }).catch((thrown) => ConnectError.from(thrown));
    const [info] = error.findDetails(ErrorInfoSchema);
    const [bad] = error.findDetails(BadRequestSchema);
    return { code: Code[error.code], reason: info?.reason, fields: bad?.fieldViolations.map(({ field }) => field) };
  },
  /** Shows what the first message has, and takes no other one. */
  async beginExport() {
    exported = users.listUsersChunked({})[Symbol.asyncIterator]();
    document.body.textContent = "0";
    await showNext();
    return document.body.textContent;
  },
  /** Shows the rest; what the summary tells, once it is there. */
  async finishExport() {
    for (;;) {
      const { summary } = await showNext();
      if (summary) return { shown: document.body.textContent, told: String(summary.userCount) };
    }
  },
  /** Goes on until it is cancelled. */
  watch() {
    aborted = new AbortController();
    watched.length = 0;
    const ended = (error) => watched.push(Code[ConnectError.from(error).code]);
    note(users.watchUsers({ start: { case: "fromNow", value: true } }, { signal: aborted.signal })).catch(ended);
  },
  cancel: () => aborted.abort(),
  /** As `watch`, by the client of Roster, which goes on after breaks. */
  follow() {
    watched.length = 0;
    note(client.watch());
  },
  watched: () => [...watched],
};

async function showNext() {
  const { value } = await exported.next();
  document.body.textContent = String(Number(document.body.textContent) + value.users.length);
  return value;
}

async function note(stream) {
  for await (const { changes } of stream) {
    watched.push(...(changes.length === 0 ? ["-"] : changes.map(({ userId }) => userId)));
  }
}
