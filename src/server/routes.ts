import type { DescService } from "@bufbuild/protobuf";
import type { ServiceImpl } from "@connectrpc/connect";
import { Health } from "../../gen/grpc/health/v1/health_pb.js";
import { ServerReflection } from "../../gen/grpc/reflection/v1/reflection_pb.js";
import { ServerReflection as ServerReflectionAlpha } from "../../gen/grpc/reflection/v1alpha/reflection_pb.js";
import { AccountService } from "../../gen/roster/v1/account_service_pb.js";
import { ApiKeyService } from "../../gen/roster/v1/api_key_service_pb.js";
import { AuditService } from "../../gen/roster/v1/audit_service_pb.js";
import { ServerService } from "../../gen/roster/v1/server_service_pb.js";
import { SessionService } from "../../gen/roster/v1/session_service_pb.js";
import { UserDataService } from "../../gen/roster/v1/user_data_service_pb.js";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import type { Store } from "../directory/store/store.ts";
import { accountService } from "../rpc/accounts/account-service.ts";
import { auditService } from "../rpc/audit/audit-service.ts";
import type { AuditWatching } from "../rpc/audit/watch-audit-entries.ts";
import type { Watching } from "../rpc/changes/watch-users.ts";
import { apiKeyService } from "../rpc/keys/api-key-service.ts";
import { SERVICES } from "../rpc/permissions/permissions.ts";
import { servicePipeline } from "../rpc/pipeline/pipeline.ts";
import type { ServerFacts } from "../rpc/server/server-info.ts";
import { serverService } from "../rpc/server/server-service.ts";
import { sessionService } from "../rpc/sessions/session-service.ts";
import { userDataService } from "../rpc/user-data/user-data-service.ts";
import { userService } from "../rpc/users/user-service.ts";
import type { Tokens } from "../rpc/wire/tokens.ts";
import type { DatabaseMonitor } from "./database-monitor.ts";
import { healthService } from "./health.ts";
import { asV1Alpha, reflectionService } from "./reflection.ts";
import type { Route } from "./route.ts";

type PipelineDeps = Parameters<typeof servicePipeline>[2];

interface RouteDeps extends PipelineDeps {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly watching: Watching & AuditWatching;
  readonly database: DatabaseMonitor;
  readonly facts: ServerFacts;
}

const ALL_SERVICES = [...SERVICES, Health, ServerReflection, ServerReflectionAlpha];

/** All that a server serves. Calls of Roster's own services go through the pipeline; health and reflection need no key. */
export function createRoutes(deps: RouteDeps): Route[] {
  const { database, draining, log } = deps;
  const names = ALL_SERVICES.map(({ typeName }) => typeName);
  const reflection = reflectionService(ALL_SERVICES);
  return [
    route(UserService, servicePipeline(UserService, userService(deps), deps)),
    route(SessionService, servicePipeline(SessionService, sessionService(deps), deps)),
    route(AccountService, servicePipeline(AccountService, accountService(deps), deps)),
    route(ApiKeyService, servicePipeline(ApiKeyService, apiKeyService(deps), deps)),
    route(AuditService, servicePipeline(AuditService, auditService(deps), deps)),
    route(UserDataService, servicePipeline(UserDataService, userDataService(deps), deps)),
    route(ServerService, servicePipeline(ServerService, serverService(deps), deps)),
    route(Health, healthService(database, names, draining, log)),
    route(ServerReflection, reflection),
    route(ServerReflectionAlpha, asV1Alpha(reflection)),
  ];
}

function route<S extends DescService>(service: S, implementation: ServiceImpl<S>): Route {
  return { service, implementation: implementation as ServiceImpl<DescService> };
}
