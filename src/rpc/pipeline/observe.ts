import type { DescMethod } from "@bufbuild/protobuf";
import type { ConnectError } from "@connectrpc/connect";
import type { Log } from "../../log.ts";
import { methodName } from "../permissions/permissions.ts";
import type { MethodMetrics } from "./call-metrics.ts";

/** The error that a call has ended with; undefined: none. */
export type Outcome = Pick<ConnectError, "code" | "rawMessage"> | undefined;

/** Measures and logs a call. Returns the function to call at its end, which returns the error that it is given. */
export function observe(method: DescMethod, callMetrics: MethodMetrics, log: Log) {
  const start = performance.now();
  callMetrics.begin();
  return <E extends Outcome>(error?: E): E | undefined => {
    const taken = performance.now() - start;
    callMetrics.end(error?.code ?? 0, taken / 1000);
    if (log.isLevelEnabled("debug")) {
      const milliseconds = Math.round(taken * 1000) / 1000;
      const outcome = error && { code: error.code, error: error.rawMessage };
      log.debug({ method: methodName(method), milliseconds, ...outcome }, "call");
    }
    return error;
  };
}
