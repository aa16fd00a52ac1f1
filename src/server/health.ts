import { EventEmitter, on } from "node:events";
import { create } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import {
  type Health,
  type HealthCheckResponse,
  HealthCheckResponseSchema,
  HealthCheckResponse_ServingStatus as Status,
} from "../../gen/grpc/health/v1/health_pb.js";
import { RosterError } from "../directory/errors.ts";
import type { Log } from "../log.ts";
import { idsOf } from "../rpc/call-ids.ts";
import { toConnectError } from "../rpc/errors.ts";
import type { DatabaseMonitor } from "./database-monitor.ts";
import { unreadyReason } from "./probes.ts";

/**
 * grpc.health.v1 for the given services and for the server as a whole (""). NOT_SERVING while the database can't be reached, and from
 * the moment that the server drains; a database that can't be written still serves reads. Needs no key.
 */
export function healthService(
  database: Pick<DatabaseMonitor, "status" | "check" | "changes">,
  services: readonly string[],
  draining: AbortSignal,
  log: Log,
): ServiceImpl<typeof Health> {
  const known = new Set(["", ...services]);
  const changes = new EventEmitter().setMaxListeners(0);
  const status = () => (unreadyReason(database.status, draining) === undefined ? Status.SERVING : Status.NOT_SERVING);
  database.changes.on("change", () => changes.emit("change"));
  draining.addEventListener("abort", () => changes.emit("change"), { once: true });

  return {
    async check({ service }, context) {
      if (!known.has(service)) {
        const error = new RosterError("SERVICE_UNKNOWN", `there is no service ${JSON.stringify(service)}`);
        throw toConnectError(error, idsOf(context), log);
      }
      await database.check();
      return response(status());
    },
    async list() {
      await database.check();
      return { statuses: Object.fromEntries([...known].map((name) => [name, response(status())])) };
    },
    async *watch({ service }, { signal }) {
      // Its deadline may have passed, or its caller have gone, before it began.
      signal.throwIfAborted();
      const changed = on(changes, "change", { signal });
      let last = known.has(service) ? status() : Status.SERVICE_UNKNOWN;
      yield response(last);
      try {
        for await (const _ of changed) {
          if (known.has(service) && last !== status()) {
            last = status();
            yield response(last);
          }
          if (draining.aborted) {
            return;
          }
        }
      } catch (error) {
        // The watcher has gone.
        if (!signal.aborted) {
          throw error;
        }
      }
    },
  };
}

function response(status: Status): HealthCheckResponse {
  return create(HealthCheckResponseSchema, { status });
}
