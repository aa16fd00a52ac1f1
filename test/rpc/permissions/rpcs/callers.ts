import { ApiKeyRole } from "../../../../gen/roster/v1/api_key_service_pb.js";
import type { OfflineIssuer } from "../../../support/offline-issuer.ts";
import { connected } from "../../services.ts";
import { addSession, addUser, present, type Roster, type Services } from "../../setup.ts";
import type { Target } from "./rpc.ts";

export type Role = "SELF" | "READER" | "WRITER" | "ADMIN";

const ROLES = ["SELF", "READER", "WRITER", "ADMIN"] as const;

/** One who calls, by a key or a token. */
export interface TestCaller extends Services {
  readonly name: string;
  readonly role: Role;
  readonly superAdmin: boolean;
  readonly own: Target;
}

/** What stands in an account: two ordinary users, of whom the first calls, and two super admins, likewise. */
export interface TestDirectory {
  readonly accountId: string;
  readonly otherAccountId: string;
  readonly callers: readonly TestCaller[];
  readonly other: Target;
  readonly otherSuperAdmin: Target;
  /** A user of the other account. */
  readonly stranger: Target;
  /** Nobody. */
  readonly unknown: Target;
}

/** Settings of an issuer: account, user and role are claims of their own. */
export const CLAIMS = {
  account: { claim: "org" },
  user: { id: "sub" },
  role: { claim: "role", values: Object.fromEntries(ROLES.map((role) => [role, role])) },
};

export async function createDirectory(roster: Roster, issuer: OfflineIssuer): Promise<TestDirectory> {
  const [{ id: accountId }, { id: otherAccountId }] = [await roster.account(), await roster.account()];
  const [own, other] = [await addTarget(roster, accountId), await addTarget(roster, accountId)];
  const [superAdmin, otherSuperAdmin] = [await addTarget(roster, accountId, true), await addTarget(roster, accountId, true)];
  const callers: TestCaller[] = [];
  for (const role of ROLES) {
    for (const [isSuperAdmin, target] of [[false, own] as const, [true, superAdmin] as const]) {
      const whose = isSuperAdmin ? "super admin's " : "";
      const caller = { role, superAdmin: isSuperAdmin, own: target };
      const token = await issuer.token({ org: accountId, sub: target.userId, role });
      const key = await createKey(roster, accountId, role, target.userId);
      callers.push({ ...caller, name: `${whose}${role} key`, ...connected(roster.as(key)) });
      callers.push({ ...caller, name: `${whose}${role} token`, ...connected(roster.as(token)) });
    }
  }
  return {
    accountId,
    otherAccountId,
    callers,
    other,
    otherSuperAdmin,
    stranger: await addTarget(roster, otherAccountId),
    unknown: mintTarget(roster),
  };
}

async function createKey({ keys }: Roster, accountId: string, role: Role, userId: string): Promise<string> {
  const apiKey = { displayName: "Key", userId, role: ApiKeyRole[role] };
  return (await keys().createApiKey({ accountId, apiKey })).secret;
}

async function addTarget(roster: Roster, accountId: string, superAdmin = false): Promise<Target> {
  const target = mintTarget(roster);
  const { userId, externalId, email, sessionId } = target;
  await addUser(roster.users(), { id: userId, externalId, email, superAdmin }, accountId);
  await addSession(roster.sessions(), { userId, id: sessionId }, accountId);
  const apiKey = { displayName: "Spare", userId, role: ApiKeyRole.READER };
  const made = await roster.keys().createApiKey({ accountId, apiKey });
  return { ...target, keyId: present(made.apiKey).id };
}

/** One of whom nothing is stored; its keys are no shorter or longer than those of others. */
function mintTarget({ server }: Roster): Target {
  const { newId } = server.sources;
  const userId = newId("U");
  const [externalId, email] = [`x-${userId}`, `${userId.toLowerCase()}@example.com`];
  return { accountId: "", userId, externalId, email, sessionId: newId("S"), keyId: newId("K") };
}
