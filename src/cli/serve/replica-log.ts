import type { ReplicaProblem, ReplicaStatus } from "../../directory/store/replicas.ts";
import { causeText } from "../../directory/values/cause.ts";
import type { Log } from "../../log.ts";

const PROBLEMS = {
  unreachable: "the replica does not answer; reads go to the primary",
  "no standby": "the server at the URL of a replica is no standby; reads go to the primary",
  "other directory": "the server at the URL of a replica has another directory; reads go to the primary",
  "too far behind": "the replica is too far behind; reads go to the primary",
} as const satisfies Record<ReplicaProblem["reason"], string>;

/** Says when reads begin or cease to go to a replica: a line each time, none per call. */
export function logReplicas(log: Log): (replica: Pick<ReplicaStatus, "name" | "problem">) => void {
  return ({ name: replica, problem }) => {
    if (problem === undefined) log.info({ replica }, "reads go to the replica");
    else
      log.warn(
        { replica, cause: problem.cause === undefined ? undefined : causeText(problem.cause) },
        PROBLEMS[problem.reason],
      );
  };
}
