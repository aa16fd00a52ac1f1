import { create } from "@bufbuild/protobuf";
import { ListUsersRequestSchema } from "../../../gen/roster/v1/user_service_pb.js";
import type { UserFilter } from "../../directory/lists/filter.ts";
import type { AccountView } from "../../directory/store/account-view.ts";
import type { EncodedUser, UserReader } from "../../directory/store/users.ts";
import { findLiveUser } from "../../directory/users/find-user.ts";
import type { User } from "../../directory/users/user.ts";
import type { ScimFilter } from "../filter/ast.ts";
import { userNameSpellings } from "../filter/special.ts";
import { toUserFilter } from "../filter/user-filter.ts";
import type { ScimContext } from "../protocol/operation.ts";
import type { KnownList, Places } from "./list-memory.ts";
import type { ListRequest } from "./list-request.ts";
import { type Mapping, userNameField } from "./mapping.ts";
import { type ShownUser, showEncoded, showUser } from "./resource.ts";
import type { UserDeps } from "./service.ts";

export interface UserList {
  /** All that pass the filter. */
  readonly total: number;
  readonly users: readonly ShownUser[];
}

/** A page of users and how many there are, of one moment. `prepare` throws what is wrong with the request. */
export function listScimUsers(deps: UserDeps, prepare: () => ListRequest, context: ScimContext): Promise<UserList> {
  return deps.calls.listUsers(create(ListUsersRequestSchema), context, async (call) => {
    const request = prepare();
    const key = soughtKey(request.filter);
    if (key !== undefined) {
      return deps.store.read(call.accountId, async (view) => pageOf(await findByKey(view, key, deps.mapping), request));
    }
    const filter = request.filter && toUserFilter(request.filter, deps);
    const name = JSON.stringify([call.accountId, request.filter, request.order]);
    return call.runLongList(() =>
      deps.store.scan(call.accountId, ({ account, users }) => {
        // It may have waited for other long lists.
        call.assertAwaited();
        return readPage(users, filter, request, deps.lists.recall(name, account.revision));
      }),
    );
  });
}

interface SoughtKey {
  readonly attribute: "id" | "userName";
  readonly value: string;
}

/** What identity providers ask before they write a user: whether there is one already. It is not looked for among all. */
function soughtKey(filter: ScimFilter | undefined): SoughtKey | undefined {
  if (filter?.kind !== "compare" || filter.operator !== "eq" || typeof filter.literal !== "string") {
    return undefined;
  }
  const { schema, name, sub } = filter.path;
  const attribute = schema === undefined && sub === undefined ? KEYS.get(name.toLowerCase()) : undefined;
  return attribute && { attribute, value: filter.literal };
}

const KEYS: ReadonlyMap<string, SoughtKey["attribute"]> = new Map([
  ["id", "id"],
  ["username", "userName"],
]);

async function findByKey(view: AccountView, { attribute, value }: SoughtKey, mapping: Mapping): Promise<User[]> {
  if (attribute === "id") {
    return [(await findLiveUser(view, value)) ?? []].flat();
  }
  const first = userNameField(mapping);
  const second = first === "email" ? "externalId" : "email";
  const found = await view.users.findLive(first, first === "email" ? [value] : userNameSpellings(value));
  // Who has no such field is called by another one.
  const others = found.length > 0 ? [] : (await view.users.findLive(second, [value])).filter((user) => user[first] === null);
  const last = found.length + others.length > 0 ? undefined : await findLiveUser(view, value);
  const called = last !== undefined && last[first] === null && last[second] === null ? [last] : [];
  return [...found, ...others, ...called];
}

function pageOf(users: readonly User[], { startIndex, count }: ListRequest): UserList {
  const from = startIndex - 1;
  return { total: users.length, users: users.slice(from, from + count).map(showUser) };
}

async function readPage(
  users: UserReader,
  filter: UserFilter | undefined,
  request: ListRequest,
  known: KnownList,
): Promise<UserList> {
  known.total ??= await users.count({ showDeleted: false, filter });
  const { total } = known;
  const { startIndex, count, order } = request;
  if (count === 0 || startIndex > total) {
    return { total, users: [] };
  }
  const encoded =
    order.lacking === undefined
      ? await readOn(users, filter, request, known.places)
      : await readHalves(users, filter, request);
  return { total, users: encoded.map(showEncoded) };
}

/** From the nearest place that is known. */
async function readOn(
  users: UserReader,
  filter: UserFilter | undefined,
  { order, startIndex, count }: ListRequest,
  places: Places,
): Promise<EncodedUser[]> {
  const wanted = startIndex - 1;
  const nearest = places.nearest(wanted);
  const start = { direction: "after", from: nearest?.key ?? null, skip: wanted - (nearest?.index ?? 0) } as const;
  const rows = await users.list({ showDeleted: false, filter, order: order.terms, ...start, limit: count });
  const last = rows.at(-1);
  if (last !== undefined) places.note(wanted + rows.length, last.key);
  return rows.map(({ encoded }) => encoded);
}

/** Roster has users without a value first, SCIM has them last (RFC 7644, section 3.4.2.3): they are a list of their own. */
async function readHalves(
  users: UserReader,
  filter: UserFilter | undefined,
  { order, startIndex, count }: ListRequest,
): Promise<EncodedUser[]> {
  const parts = partsOf(filter, order);
  const found: EncodedUser[] = [];
  let skip = startIndex - 1;
  for (const [index, part] of parts.entries()) {
    const selection = { showDeleted: false, filter: part };
    const limit = count - found.length;
    const rows = await users.list({ ...selection, order: order.terms, direction: "after", from: null, skip, limit });
    found.push(...rows.map(({ encoded }) => encoded));
    if (found.length === count || index === parts.length - 1) break;
    skip = rows.length > 0 ? 0 : skip - (await users.count(selection));
  }
  return found;
}

function partsOf(
  filter: UserFilter | undefined,
  { lacking, descending }: ListRequest["order"],
): Array<UserFilter | undefined> {
  if (lacking === undefined) {
    return [filter];
  }
  const has: UserFilter = { kind: "has", value: { field: lacking } };
  const halves: UserFilter[] = [has, { kind: "not", term: has }];
  const parts = filter === undefined ? halves : halves.map((half): UserFilter => ({ kind: "and", terms: [filter, half] }));
  return descending ? parts.toReversed() : parts;
}
