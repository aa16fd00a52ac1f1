import { expect, inject, test } from "vitest";
import { runSoak } from "../../soak/run.ts";
import { LONG } from "../support/bounds.ts";
import { COMMAND } from "../support/command.ts";

const ENGINE = inject("postgres") === undefined ? "sqlite" : "postgres";

test(
  "servers under load that are killed lose nothing and leave nothing half done, and streams go on without a gap",
  LONG,
  async () => {
    const { broken, faults, ledger, comparisons, streams } = await runSoak({
      command: COMMAND.replace(/\.js$/, ""),
      engine: ENGINE,
      seed: 1,
      faults: ["kill"],
      hasTeam: false,
      callers: 6,
      usersEach: 20,
      seconds: 0,
      warmUpSeconds: 0.4,
      calmSeconds: 0,
      faultsEachRound: 0,
      killsEachRound: 3,
      tell: () => {},
    });
    expect([broken?.message, ...(broken?.evidence ?? [])]).toEqual([undefined]);
    expect(faults.kills).toBeGreaterThanOrEqual(3);
    expect(ledger.acknowledged).toBeGreaterThan(0);
    expect(comparisons.users).toBeGreaterThan(6 * 20);
    expect(streams.changes).toBeGreaterThan(0);
  },
);
