import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Call } from "../harness/call.ts";
import { copyDatabase, fillDatabase } from "../harness/database.ts";
import { load, SIXTY_FOUR } from "../harness/h2load.ts";
import { atMost } from "../harness/outcome.ts";
import { interleave } from "../harness/rounds.ts";
import { cpuSeconds, databaseIn, type Server, startRoster } from "../harness/servers.ts";
import type { Work } from "../harness/world.ts";
import { tryGetUser } from "./get-user.ts";

const TRACED = "Roster, one call in 100 traced";
const UNTRACED = "without traces";
const MAX_USERS = 10_000;
const CALLS = 20_000;

/** What traces cost, as the time of the processor: the load does not count, nor does what else the machine does. */
export const getUserTraced: Work = {
  name: "get-user-traced",
  async run({ rounds, users, secret, folder }) {
    const [home, copy] = [folder(), folder()];
    await fillDatabase(`sqlite:${databaseIn(home)}`, secret, Math.min(users, MAX_USERS));
    copyDatabase(home, copy);
    const collector = createServer((request, response) => void request.resume().on("end", () => response.end()));
    collector.listen(0, "127.0.0.1");
    await once(collector, "listening");
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}`,
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.01",
    };
    const [traced, untraced] = await Promise.all([startRoster(home, { secret, env }), startRoster(copy, { secret })]);
    try {
      const contestants = {
        [TRACED]: await cpuTimeOf(traced),
        [UNTRACED]: await cpuTimeOf(untraced),
      };
      await interleave(1, contestants);
      const samples = await interleave(rounds, contestants);
      const verdicts = [atMost(1.05, UNTRACED, samples[TRACED], samples[UNTRACED])];
      return [{ work: "GetUser with traces, gRPC, processor time a call", unit: "µs", samples, verdicts }];
    } finally {
      await Promise.all([traced.stop(), untraced.stop()]);
      collector.closeAllConnections();
      collector.close();
    }
  },
};

async function cpuTimeOf(server: Server): Promise<() => Promise<number>> {
  const call: Call = await tryGetUser(server);
  return async () => {
    const before = cpuSeconds(server);
    await load(call, { ...SIXTY_FOUR, calls: CALLS });
    return ((cpuSeconds(server) - before) / CALLS) * 1e6;
  };
}
