import type { DescMethodUnary, MessageShape } from "@bufbuild/protobuf";
import { ApiKeyService } from "../../../gen/roster/v1/api_key_service_pb.js";
import { UserService } from "../../../gen/roster/v1/user_service_pb.js";
import { methodName } from "../../rpc/permissions/permissions.ts";
import type { Call } from "../../rpc/pipeline/call.ts";
import { callPipeline, type PipelineDeps } from "../../rpc/pipeline/pipeline.ts";
import type { ScimContext } from "./operation.ts";

/** Runs work of an operation as a call of the method. */
export type ScimCall<M extends DescMethodUnary> = <T>(
  request: MessageShape<M["input"]>,
  context: ScimContext,
  work: (call: Call<M>) => Promise<T>,
) => Promise<T>;

type Methods = (typeof UserService)["method"];

export interface UserCalls {
  readonly createUser: ScimCall<Methods["createUser"]>;
  readonly getUser: ScimCall<Methods["getUser"]>;
  readonly listUsers: ScimCall<Methods["listUsers"]>;
  readonly updateUser: ScimCall<Methods["updateUser"]>;
  readonly deleteUser: ScimCall<Methods["deleteUser"]>;
  readonly whoAmI: ScimCall<(typeof ApiKeyService)["method"]["whoAmI"]>;
}

/** The calls that operations come down to. */
export function startCalls(deps: PipelineDeps): UserCalls {
  const { createUser, getUser, listUsers, updateUser, deleteUser } = UserService.method;
  return {
    createUser: traced(createUser, deps),
    getUser: traced(getUser, deps),
    listUsers: traced(listUsers, deps),
    updateUser: traced(updateUser, deps),
    deleteUser: traced(deleteUser, deps),
    whoAmI: traced(ApiKeyService.method.whoAmI, deps),
  };
}

/** On the ports a request is a call, and its span begins with it. Here, an operation is known by its path and its body. */
function traced<M extends DescMethodUnary>(method: M, deps: PipelineDeps): ScimCall<M> {
  const run = callPipeline(method, deps);
  const { tracer } = deps;
  if (tracer === undefined) {
    return run;
  }
  const name = methodName(method);
  return async (request, context, work) => {
    const headers = Object.fromEntries(context.requestHeader);
    const span = tracer.beginCall({ method: name, headers, address: context.peer.address, system: "scim" });
    if (span === undefined) {
      return run(request, context, work);
    }
    context.ids.span = span;
    try {
      return await span.run(() => run(request, context, work));
    } finally {
      span.encoded();
      span.end();
    }
  };
}
