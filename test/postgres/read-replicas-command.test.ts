import { expect, onTestFinished, test } from "vitest";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { LONG } from "../support/bounds.ts";
import { clientOf } from "../support/clients.ts";
import { testFolder } from "../support/folder.ts";
import { logLines } from "../support/log.ts";
import { METRICS, samplesOf } from "../support/metrics.ts";
import { spawnServer } from "../support/process.ts";

test("a server whose replica is down from the start serves; the log and the metrics of each worker tell", LONG, async () => {
  const env = {
    ...METRICS,
    ROSTER_WORKERS: "2",
    ROSTER_LOG_LEVEL: "warn",
    ROSTER_DATABASE_REPLICA_URL: "postgres://roster:secret@127.0.0.1:1/roster",
  };
  const server = await spawnServer(testFolder(), { env });
  onTestFinished(async () => {
    await server.end("SIGTERM");
  });
  expect((await clientOf(UserService, server.url, server.secret).listUsers({})).users).toHaveLength(1);
  const samples = await samplesOf(server);
  for (const worker of [1, 2]) {
    expect(samples.get(`roster_replica_in_use{worker="${worker}",replica="127.0.0.1:1/roster"}`)).toBe(0);
    const reads = `roster_replica_reads_total{worker="${worker}",replica="127.0.0.1:1/roster"`;
    expect(samples.get(`${reads},answered_by="replica"}`)).toBe(0);
    expect(samples.get(`${reads},answered_by="primary"}`)).toBe(0);
  }
  const lines = logLines(server.log()).filter(({ replica }) => replica === "127.0.0.1:1/roster");
  expect(lines.map(({ msg, worker }) => ({ msg, worker })).toSorted((a, b) => Number(a.worker) - Number(b.worker))).toEqual(
    [1, 2].map((worker) => ({ msg: "the replica does not answer; reads go to the primary", worker })),
  );
  expect(server.output()).toContain("replica     postgres://roster:***@127.0.0.1:1/roster\n");
  expect(server.log()).not.toContain("secret");
});
