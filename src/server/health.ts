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
import type { Store } from "../directory/store/store.ts";
import type { Log } from "../log.ts";
import { toConnectError } from "../rpc/errors.ts";

const PING_INTERVAL_MS = 1_000;

export interface HealthMonitor {
  readonly service: ServiceImpl<typeof Health>;
  stop(): void;
}

/**
 * grpc.health.v1 for the given services and for the server as a whole (""). NOT_SERVING while the store can't be reached,
 * and from the moment that the server drains. Needs no key.
 */
export function monitorHealth(
  store: Pick<Store, "ping">,
  services: readonly string[],
  draining: AbortSignal,
  log: Log,
): HealthMonitor {
  const known = new Set(["", ...services]);
  const changes = new EventEmitter().setMaxListeners(0);
  let reachable = true;
  const status = () => (reachable && !draining.aborted ? Status.SERVING : Status.NOT_SERVING);
  const check = async () => {
    const answered = await store.ping().then(
      () => true,
      () => false,
    );
    if (answered !== reachable) {
      log[answered ? "info" : "error"](answered ? "the database answers again" : "the database does not answer");
      reachable = answered;
      changes.emit("change");
    }
  };
  const timer = setInterval(check, PING_INTERVAL_MS);
  draining.addEventListener("abort", () => changes.emit("change"), { once: true });

  const service: ServiceImpl<typeof Health> = {
    async check({ service }) {
      if (!known.has(service)) {
        throw toConnectError(new RosterError("SERVICE_UNKNOWN", `there is no service ${JSON.stringify(service)}`), log);
      }
      await check();
      return response(status());
    },
    async list() {
      await check();
      return { statuses: Object.fromEntries([...known].map((name) => [name, response(status())])) };
    },
    async *watch({ service }, { signal }) {
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
  return { service, stop: () => clearInterval(timer) };
}

function response(status: Status): HealthCheckResponse {
  return create(HealthCheckResponseSchema, { status });
}
