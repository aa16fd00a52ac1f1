import type { ServerService } from "../../../gen/roster/v1/server_service_pb.js";
import type { Store } from "../../directory/store/store.ts";
import type { Handlers } from "../pipeline/call.ts";
import { type ServerFacts, toServerInfo } from "./server-info.ts";

export interface ServerServiceDeps {
  readonly store: Pick<Store, "engine">;
  readonly facts: ServerFacts;
}

export function serverService({ store, facts }: ServerServiceDeps): Handlers<typeof ServerService> {
  const info = toServerInfo(store.engine, facts);
  return { getServerInfo: async () => info };
}
