import { join } from "node:path";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { type Call, tryGrpc } from "../harness/call.ts";
import { load, readTimes } from "../harness/h2load.ts";
import { atLeastFaster, below } from "../harness/outcome.ts";
import { interleave } from "../harness/rounds.ts";
import { CONNECT_PEER, GRPC_PEER, ROSTER, residentBytes, type Server, startRoster } from "../harness/servers.ts";
import { number } from "../harness/table.ts";
import { countUsers } from "../harness/wire.ts";
import type { Work, World } from "../harness/world.ts";
import { tryGetUser } from "./get-user.ts";

const MIB = 1024 * 1024;
const SAMPLE_MS = 20;
/** One export of a million takes seconds, so few tell as much as many short calls. */
export const EXPORT_ROUNDS = 3;

export const exportUsers: Work = {
  name: "export",
  async run(world) {
    const { [ROSTER]: roster, [CONNECT_PEER]: connect, [GRPC_PEER]: grpc } = await world.servers();
    const call = await tryExport(roster, world);
    const growth = await measureGrowth(world, roster, call);
    const samples = await interleave(EXPORT_ROUNDS, {
      [ROSTER]: exporting(roster, world, call),
      [CONNECT_PEER]: exporting(connect, world, await tryExport(connect, world)),
      [GRPC_PEER]: exporting(grpc, world, await tryExport(grpc, world)),
    });
    const verdicts = [atLeastFaster(2, samples[ROSTER], [samples[CONNECT_PEER], samples[GRPC_PEER]])];
    const work = `ListUsersChunked, gRPC, ${number(world.users)} users`;
    return [
      { work, unit: "users/s", samples, verdicts },
      {
        work: `${work}: growth of resident memory`,
        unit: "MiB",
        samples: { [ROSTER]: [growth] },
        verdicts: [below(64, "MiB", [growth])],
      },
    ];
  },
};

function exporting(server: Server, { users }: World, call: Call): () => Promise<number> {
  return async () => users / (await exportSeconds(call, server));
}

/** The call, its answer checked, which is done once. */
export function tryExport(server: Server, world: Pick<World, "users">): Promise<Call> {
  const call = tried.get(server) ?? checkExport(server, world);
  tried.set(server, call);
  return call;
}

const tried = new WeakMap<Server, Promise<Call>>();

async function checkExport(server: Server, { users }: Pick<World, "users">): Promise<Call> {
  const { call, answers } = await tryGrpc(server, UserService.method.listUsersChunked, {});
  const count = answers.reduce((sum, message) => sum + countUsers(message), 0);
  if (count < users) {
    throw new Error(`${server.name} exports ${count} of ${users} users`);
  }
  return call;
}

/** How long one export takes, from the call to its end. */
export async function exportSeconds(call: Call, { folder }: Server): Promise<number> {
  const logFile = join(folder, "export.log");
  await load(call, { clients: 1, streams: 1, calls: 1, logFile });
  return readTimes(logFile)[0] ?? Number.NaN;
}

/** Of a server that has just started, on the same database: the most that it has beyond what it had before the export. */
async function measureGrowth(world: World, other: Server, call: Call): Promise<number> {
  const server = await startRoster(other.folder, world);
  try {
    await tryGetUser(server);
    const before = residentBytes(server);
    let most = before;
    const sampling = setInterval(() => {
      most = Math.max(most, residentBytes(server));
    }, SAMPLE_MS);
    await exportSeconds({ ...call, url: call.url.replace(other.url, server.url) }, server);
    clearInterval(sampling);
    return (most - before) / MIB;
  } finally {
    await server.stop();
  }
}
