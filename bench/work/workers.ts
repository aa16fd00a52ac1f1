import { SETTINGS } from "../../src/config/settings.ts";
import { atLeast } from "../harness/outcome.ts";
import { ROSTER, startRoster } from "../harness/servers.ts";
import { BOTH_CORES } from "../harness/tools.ts";
import { callsPerSecond } from "../harness/unary.ts";
import type { Work } from "../harness/world.ts";
import { tryGetUser } from "./get-user.ts";

const VARIABLE = "ROSTER_WORKERS";

/** The servers, and what loads them, share both cores. */
export const workers: Work = {
  name: "workers",
  async run(world) {
    const variables: readonly string[] = Object.values(SETTINGS).map(({ variable }) => variable);
    if (!variables.includes(VARIABLE)) {
      console.error(`… there is no ${VARIABLE} yet: workers are not measured`);
      return [];
    }
    const { [ROSTER]: roster } = await world.servers();
    const start = (count: string) => startRoster(roster.folder, { ...world, core: BOTH_CORES, env: { [VARIABLE]: count } });
    const [one, two] = [await start("1"), await start("2")];
    const samples = await callsPerSecond(
      world.rounds,
      { "2 workers": await tryGetUser(two), "1 worker": await tryGetUser(one) },
      BOTH_CORES,
    );
    await Promise.all([one.stop(), two.stop()]);
    const verdicts = [atLeast(1, "1 worker", samples["2 workers"], samples["1 worker"])];
    return [{ work: "GetUser, gRPC, 64 in flight, 2 workers on two cores", unit: "calls/s", samples, verdicts }];
  },
};
