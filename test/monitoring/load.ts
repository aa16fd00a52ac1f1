import { Code } from "@connectrpc/connect";
import { ApiKeyRole } from "../../gen/roster/v1/api_key_service_pb.js";
import { watchAudit } from "../rpc/audit/audit-watcher.ts";
import { watch } from "../rpc/changes/watcher.ts";
import { servicesOf } from "../rpc/services.ts";
import { failure } from "../support/clients.ts";

/** Something of all that a dashboard shows: calls of many kinds, and callers who are refused. The streams stay open until the test ends. */
export async function makeLoad({ url, secret }: { readonly url: string; readonly secret: string }): Promise<void> {
  const { users, keys, audit } = servicesOf(url, secret);
  await watch(users(), {}).next();
  await watchAudit(audit(), {}).next();
  const ids = Array.from({ length: 40 }, (_, index) => `user-${index}`);
  await Promise.all(ids.map((id) => users().createUser({ user: { id, name: `User of the load ${id}` } })));
  await Promise.all(ids.map((id) => users().getUser({ key: { case: "id", value: id } })));
  await users().listUsers({ filter: 'name.startsWith("User")', includeTotal: true });
  for await (const _ of users().listUsersChunked({})) {
    // All of it is read.
  }
  await failure(users().getUser({ key: { case: "id", value: "nobody" } }), Code.NotFound, "USER_NOT_FOUND");
  await failure(servicesOf(url, "roster_no-key").users().listUsers({}), Code.Unauthenticated, "API_KEY_INVALID");
  const rateLimit = { perSecond: 1, burst: 1 };
  const limited = await keys().createApiKey({ apiKey: { displayName: "Limited", role: ApiKeyRole.READER, rateLimit } });
  const calls = Array.from({ length: 5 }, () => servicesOf(url, limited.secret).users().listUsers({}));
  await Promise.allSettled(calls);
}
