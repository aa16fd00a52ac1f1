import Database from "better-sqlite3";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { type Call, tryGrpc } from "../harness/call.ts";
import { load, SIXTY_FOUR } from "../harness/h2load.ts";
import { atLeastFaster } from "../harness/outcome.ts";
import { interleave } from "../harness/rounds.ts";
import { CONNECT_PEER, databaseIn, GRPC_PEER, ROSTER, type Server } from "../harness/servers.ts";
import type { Work } from "../harness/world.ts";

const SECONDS = 2;

export const createUser: Work = {
  name: "create-user",
  async run({ rounds, servers }) {
    const { [ROSTER]: roster, [CONNECT_PEER]: connect, [GRPC_PEER]: grpc } = await servers();
    const contestants = {
      [ROSTER]: await creating(roster),
      [CONNECT_PEER]: await creating(connect),
      [GRPC_PEER]: await creating(grpc),
    };
    await interleave(1, contestants);
    const samples = await interleave(rounds, contestants);
    const verdicts = [atLeastFaster(3, samples[ROSTER], [samples[CONNECT_PEER], samples[GRPC_PEER]])];
    return [{ work: "CreateUser, gRPC, durable, 64 in flight", unit: "calls/s", samples, verdicts }];
  },
};

// Without keys of its own the same request makes another user each time.
const USER = { name: "Ada", displayName: "Ada Lovelace", project: "engines", metadata: { plan: "team", verified: true } };

async function creating(server: Server): Promise<() => Promise<number>> {
  const { call } = await tryGrpc(server, UserService.method.createUser, { user: USER });
  return () => create(server, call);
}

/** Calls per second. Throws unless there are as many users more. */
async function create(server: Server, call: Call): Promise<number> {
  const before = countUsers(server);
  const rate = await load(call, { ...SIXTY_FOUR, seconds: SECONDS });
  const created = countUsers(server) - before;
  if (created < rate * SECONDS * ALMOST_ALL) {
    throw new Error(`${server.name} answers ${rate} calls a second, but has created ${created} users`);
  }
  return rate;
}

/** The rate is rounded. */
const ALMOST_ALL = 0.99;

function countUsers({ folder }: Server): number {
  const database = new Database(databaseIn(folder), { readonly: true });
  try {
    return Number(database.prepare("select max(rowid) from users").pluck().get());
  } finally {
    database.close();
  }
}
