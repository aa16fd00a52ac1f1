import { create } from "@bufbuild/protobuf";
import { WhoAmIRequestSchema } from "../../gen/roster/v1/api_key_service_pb.js";
import { RosterError } from "../directory/errors.ts";
import type { JsonObject } from "../directory/values/json.ts";
import type { Log } from "../log.ts";
import { runBulk } from "./bulk/run.ts";
import { type Answer, answer, failure, refusal } from "./protocol/answer.ts";
import { listResponse } from "./protocol/list-response.ts";
import type { Operation } from "./protocol/operation.ts";
import { schemaDescriptions, serviceProviderConfig, userResourceType } from "./schema/discovery.ts";
import { type Methods, searchMethods, userMethods, usersMethods } from "./users/routes.ts";
import type { UserDeps } from "./users/service.ts";

export interface RouteDeps extends UserDeps {
  readonly maxMessageBytes: number;
  readonly log: Log;
}

/** Does what an operation asks for. Never throws. */
export async function dispatch(deps: RouteDeps, operation: Operation): Promise<Answer> {
  const { ids, responseHeader } = operation.context;
  try {
    const methods = findMethods(deps, operation);
    if (methods === undefined) {
      return refusal(404, new RosterError("METHOD_UNKNOWN", `there is no ${pathText(operation)}`), ids);
    }
    if (methods === "groups") {
      return refusal(501, new RosterError("PROTOCOL_UNSUPPORTED", "there are users here, and no groups"), ids);
    }
    const run = Object.hasOwn(methods, operation.method) ? methods[operation.method] : undefined;
    return run === undefined ? notAllowed(methods, operation) : await run(operation);
  } catch (error) {
    return failure(error, ids, deps.log, responseHeader);
  }
}

function findMethods(deps: RouteDeps, { path, base }: Operation): Methods | "groups" | undefined {
  const [first = "", second, ...rest] = path;
  if (first === "Groups") {
    return "groups";
  }
  if (rest.length > 0) {
    return undefined;
  }
  switch (first) {
    case "Users":
      return second === undefined
        ? usersMethods(deps)
        : second === ".search"
          ? searchMethods(deps)
          : userMethods(deps, second);
    case ".search":
      return second === undefined ? searchMethods(deps) : undefined;
    case "Me":
      return second === undefined ? ownMethods(deps) : undefined;
    case "Bulk":
      return second === undefined ? { POST: (request) => runBulk(request, (one) => dispatch(deps, one)) } : undefined;
    case "ServiceProviderConfig":
      return second === undefined ? document(serviceProviderConfig(base, deps.maxMessageBytes)) : undefined;
    case "ResourceTypes":
      return collection([userResourceType(base)], second);
    case "Schemas":
      return collection(schemaDescriptions(deps.schemas, base), second);
    default:
      return undefined;
  }
}

/** What the caller's own user is asked for by, once it is known who that is (RFC 7644, section 3.11). */
function ownMethods(deps: RouteDeps): Methods {
  const own = async (operation: Operation) => {
    const request = create(WhoAmIRequestSchema);
    const id = await deps.calls.whoAmI(request, operation.context, async ({ caller }) => caller.user.id);
    return dispatch(deps, { ...operation, path: ["Users", id] });
  };
  return { GET: own, PUT: own, PATCH: own, DELETE: own };
}

/** Documents of the service, all or the one with the id. */
function collection(documents: readonly JsonObject[], id: string | undefined): Methods | undefined {
  if (id === undefined) {
    return document(listResponse(documents));
  }
  const found = documents.find((candidate) => String(candidate["id"]).toLowerCase() === id.toLowerCase());
  return found && document(found);
}

/** What is the same for every caller needs no key. It is not filtered (RFC 7644, section 4). */
function document(body: JsonObject): Methods {
  return {
    GET: async ({ query, context: { ids } }) =>
      query.has("filter") ? refusal(403, new RosterError("FILTER_INVALID", "this takes no filter"), ids) : answer(200, body),
  };
}

function notAllowed(methods: Methods, { method, context, ...operation }: Operation): Answer {
  const allowed = Object.keys(methods).join(", ");
  const error = new RosterError("PROTOCOL_UNSUPPORTED", `${pathText(operation)} takes ${allowed}, not ${method}`);
  return refusal(405, error, context.ids, new Headers({ allow: allowed }));
}

function pathText({ path }: Pick<Operation, "path">): string {
  return `/${path.join("/")}`;
}
