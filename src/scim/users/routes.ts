import type { JsonObject } from "../../directory/values/json.ts";
import { applyPatch } from "../patch/apply.ts";
import { parsePatch } from "../patch/request.ts";
import { type Answer, answer } from "../protocol/answer.ts";
import { listResponse } from "../protocol/list-response.ts";
import type { Operation } from "../protocol/operation.ts";
import { isKnown } from "../protocol/preconditions.ts";
import { readResource } from "../schema/read-resource.ts";
import { listScimUsers } from "./list.ts";
import { type ListRequest, parametersOf, parseListRequest, searchRequestOf } from "./list-request.ts";
import { type Project, parseProjection } from "./projection.ts";
import { entityTag, locationOf, type ShownUser, toResource } from "./resource.ts";
import { type Change, changeScimUser, createScimUser, deleteScimUser, getScimUser, type UserDeps } from "./service.ts";

/** What can be done with a resource, by the verb. */
export type Methods = Readonly<Record<string, (operation: Operation) => Promise<Answer>>>;

export function usersMethods(deps: UserDeps): Methods {
  return {
    GET: (operation) => list(deps, operation, () => parametersOf(operation.query)),
    POST: (operation) => create(deps, operation),
  };
}

export function searchMethods(deps: UserDeps): Methods {
  return { POST: (operation) => list(deps, operation, () => searchRequestOf(operation.body)) };
}

export function userMethods(deps: UserDeps, id: string): Methods {
  return {
    GET: (operation) => get(deps, id, operation),
    PUT: (operation) => change(deps, id, operation, replacing),
    PATCH: (operation) => change(deps, id, operation, patching),
    DELETE: (operation) => remove(deps, id, operation),
  };
}

async function create(deps: UserDeps, operation: Operation): Promise<Answer> {
  const { project, parse } = projectionOf(operation);
  const prepare = () => {
    parse();
    return readResource(operation.body, deps.schemas);
  };
  return userAnswer(201, await createScimUser(deps, prepare, operation.context), project, operation, deps);
}

async function get(deps: UserDeps, id: string, operation: Operation): Promise<Answer> {
  const { project, parse } = projectionOf(operation);
  const user = await getScimUser(deps, id, operation.context, parse);
  return isKnown(operation.preconditions, user)
    ? answer(304, undefined, headerOf(user, operation))
    : userAnswer(200, user, project, operation, deps);
}

/** Makes of a request what it does to attributes. Throws what is wrong with it. */
type PrepareChange = (operation: Operation, deps: UserDeps) => Change;

function replacing({ body }: Operation, { schemas }: UserDeps): Change {
  const replacement = readResource(body, schemas);
  return () => replacement;
}

function patching({ body }: Operation, { schemas }: UserDeps): Change {
  const operations = parsePatch(body);
  return (attributes) => applyPatch(attributes, operations, schemas);
}

async function change(deps: UserDeps, id: string, operation: Operation, prepareChange: PrepareChange): Promise<Answer> {
  const { project, parse } = projectionOf(operation);
  const prepare = () => {
    parse();
    return prepareChange(operation, deps);
  };
  const { preconditions, context } = operation;
  return userAnswer(200, await changeScimUser(deps, { id, preconditions, prepare }, context), project, operation, deps);
}

async function remove(deps: UserDeps, id: string, { preconditions, context }: Operation): Promise<Answer> {
  await deleteScimUser(deps, id, preconditions, context);
  return answer(204, undefined, context.responseHeader);
}

async function list(deps: UserDeps, operation: Operation, parametersIn: () => JsonObject): Promise<Answer> {
  let request: ListRequest | undefined;
  let project: Project = asIs;
  const { total, users } = await listScimUsers(
    deps,
    () => {
      const parameters = parametersIn();
      project = parseProjection(parameters);
      request = parseListRequest(parameters, deps.mapping);
      return request;
    },
    operation.context,
  );
  const resources = users.map((user) => project(toResource(user, deps.mapping, operation.base)));
  return answer(200, listResponse(resources, total, request?.startIndex), operation.context.responseHeader);
}

const asIs: Project = (resource) => resource;

/** What of the resource is asked for. It is parsed when the caller is known, and before anything is done. */
function projectionOf({ query }: Operation): { readonly project: Project; readonly parse: () => void } {
  let parsed = asIs;
  return {
    project: (resource) => parsed(resource),
    parse: () => {
      parsed = parseProjection(parametersOf(query));
    },
  };
}

function userAnswer(status: number, user: ShownUser, project: Project, operation: Operation, { mapping }: UserDeps): Answer {
  return answer(status, project(toResource(user, mapping, operation.base)), headerOf(user, operation));
}

function headerOf(user: ShownUser, { base, context }: Operation): Headers {
  const { responseHeader } = context;
  responseHeader.set("etag", entityTag(user));
  responseHeader.set("location", locationOf(user.id, base));
  return responseHeader;
}
