import { fromBinary } from "@bufbuild/protobuf";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { type Call, tryGrpc } from "../harness/call.ts";
import { atLeastFaster } from "../harness/outcome.ts";
import { CONNECT_PEER, GRPC_PEER, ROSTER, type Server } from "../harness/servers.ts";
import { callsPerSecond } from "../harness/unary.ts";
import type { Work } from "../harness/world.ts";

const METHOD = UserService.method.listUsers;
const PAGE = 100;

export const listUsers: Work = {
  name: "list-users",
  async run({ rounds, servers }) {
    const { [ROSTER]: roster, [CONNECT_PEER]: connect, [GRPC_PEER]: grpc } = await servers();
    const samples = await callsPerSecond(rounds, {
      [ROSTER]: await tryListUsers(roster),
      [CONNECT_PEER]: await tryListUsers(connect),
      [GRPC_PEER]: await tryListUsers(grpc),
    });
    const verdicts = [atLeastFaster(1.5, samples[ROSTER], [samples[CONNECT_PEER], samples[GRPC_PEER]])];
    return [{ work: `ListUsers, gRPC, page of ${PAGE}, 64 in flight`, unit: "calls/s", samples, verdicts }];
  },
};

async function tryListUsers(server: Server): Promise<Call> {
  const { call, answers } = await tryGrpc(server, METHOD, { pageSize: PAGE });
  const { users } = fromBinary(METHOD.output, answers[0] ?? new Uint8Array());
  if (users.length !== PAGE) {
    throw new Error(`${server.name} lists ${users.length} users`);
  }
  return call;
}
