import { fromBinary } from "@bufbuild/protobuf";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { type Call, tryConnect, tryGrpc } from "../harness/call.ts";
import { atLeast } from "../harness/outcome.ts";
import { CONNECT_PEER, GRPC_PEER, ROSTER, type Server } from "../harness/servers.ts";
import { callsPerSecond } from "../harness/unary.ts";
import type { Work } from "../harness/world.ts";

const METHOD = UserService.method.getUser;
const EXTERNAL_ID = "crm/42";

export const getUser: Work = {
  name: "get-user",
  async run({ rounds, servers }) {
    const { [ROSTER]: roster, [CONNECT_PEER]: connect, [GRPC_PEER]: grpc } = await servers();
    const samples = await callsPerSecond(rounds, {
      [ROSTER]: await tryGetUser(roster),
      [CONNECT_PEER]: await tryGetUser(connect),
      [GRPC_PEER]: await tryGetUser(grpc),
    });
    const verdicts = [
      atLeast(3, CONNECT_PEER, samples[ROSTER], samples[CONNECT_PEER]),
      atLeast(1, GRPC_PEER, samples[ROSTER], samples[GRPC_PEER]),
    ];
    return [{ work: "GetUser, gRPC, 64 in flight", unit: "calls/s", samples, verdicts }];
  },
};

export const getUserByConnect: Work = {
  name: "get-user-connect",
  async run({ rounds, servers }) {
    const { [ROSTER]: roster, [CONNECT_PEER]: connect } = await servers();
    const samples = await callsPerSecond(rounds, {
      [ROSTER]: await tryGetUser(roster, tryConnect),
      [CONNECT_PEER]: await tryGetUser(connect, tryConnect),
    });
    const verdicts = [atLeast(1, CONNECT_PEER, samples[ROSTER], samples[CONNECT_PEER])];
    return [{ work: "GetUser, Connect protocol, 64 in flight", unit: "calls/s", samples, verdicts }];
  },
};

/** The call, its answer checked. */
export async function tryGetUser(server: Server, tryOut: typeof tryGrpc | typeof tryConnect = tryGrpc): Promise<Call> {
  const { call, answers } = await tryOut(server, METHOD, { key: { case: "externalId", value: EXTERNAL_ID } });
  const found = fromBinary(METHOD.output, answers[0] ?? new Uint8Array()).user?.externalId;
  if (found !== EXTERNAL_ID) {
    throw new Error(`${server.name} finds ${found}`);
  }
  return call;
}
