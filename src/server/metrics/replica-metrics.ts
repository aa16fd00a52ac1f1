import type { ReplicaStatus } from "../../directory/store/replicas.ts";
import type { Meter } from "../../metrics/meter.ts";
import type { Sample } from "../../metrics/metric.ts";

/** Shows how the replicas do, if there are any. */
export function showReplicas(meter: Meter, replicas: readonly ReplicaStatus[]): void {
  const each = (samplesOf: (status: ReplicaStatus) => Sample[]) => () => replicas.flatMap(samplesOf);
  meter.show(
    "roster_replica_in_use",
    each(({ name: replica, problem }) => [{ labels: { replica }, value: Number(problem === undefined) }]),
  );
  meter.show(
    "roster_replica_lag_seconds",
    each(({ name: replica, lagMs }) => (Number.isFinite(lagMs) ? [{ labels: { replica }, value: lagMs / 1000 }] : [])),
  );
  meter.show(
    "roster_replica_reads_total",
    each(({ name: replica, answered, passedOn }) => [
      { labels: { replica, answered_by: "replica" }, value: answered },
      { labels: { replica, answered_by: "primary" }, value: passedOn },
    ]),
  );
}
