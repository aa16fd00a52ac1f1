import { setTimeout } from "node:timers/promises";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { tryGrpc } from "../harness/call.ts";
import { below } from "../harness/outcome.ts";
import { ROSTER, residentBytes, startRoster } from "../harness/servers.ts";
import type { Work } from "../harness/world.ts";

const MB = 1_000_000;
const IDLE_MS = 2_000;

export const start: Work = {
  name: "start",
  async run(world) {
    const [times, memory]: [number[], number[]] = [[], []];
    for (let round = 0; round < world.rounds; round += 1) {
      const begin = performance.now();
      const server = await startRoster(world.folder(), world);
      await tryGrpc(server, UserService.method.listUsers, {});
      times.push(performance.now() - begin);
      await setTimeout(IDLE_MS);
      memory.push(residentBytes(server) / MB);
      await server.stop();
    }
    return [
      {
        work: "Start to first answer, empty database",
        unit: "ms",
        samples: { [ROSTER]: times },
        verdicts: [below(400, "ms", times)],
      },
      { work: "Resident memory when idle", unit: "MB", samples: { [ROSTER]: memory }, verdicts: [below(120, "MB", memory)] },
    ];
  },
};
