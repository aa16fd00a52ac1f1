import type { DescMessage, Message } from "@bufbuild/protobuf";
import { ApiKeyRole, createRosterClient, type RosterClient } from "@roster/client";
import { mintSecret } from "../../src/directory/keys/api-key.ts";
import { createIdSource } from "../../src/directory/values/id.ts";
import { Known } from "./known.ts";
import { learn } from "./learn.ts";

/** Those who call, each by a key of its own. `NOBODY` has a key that there is not. */
export const CALLERS = ["SUPER", "ADMIN", "WRITER", "READER", "SELF", "NONCE", "NOBODY"] as const;

const ROLES = {
  SUPER: ApiKeyRole.ADMIN,
  ADMIN: ApiKeyRole.ADMIN,
  WRITER: ApiKeyRole.WRITER,
  READER: ApiKeyRole.READER,
  SELF: ApiKeyRole.SELF,
  NONCE: ApiKeyRole.ADMIN,
} as const;

/** The server may have much to do before it gets to this. */
const PATIENCE_MS = 120_000;
const USERS = Array.from({ length: 60 }, (_, i) => ({
  id: `u${i}`,
  externalId: `x${i}`,
  email: `u${i}@example.com`,
  displayName: `Ada L ${i}`,
  project: `p${i % 5}`,
  metadata: { plan: "pro", a: i, tags: ["a"] },
}));
const SESSIONS = Array.from({ length: 20 }, (_, i) => `s${i}`);
const CALLERS_USERS = (["SUPER", "ADMIN", "WRITER", "READER", "SELF", "NONCE"] as const).map((id) => ({
  id,
  superAdmin: id === "SUPER",
}));

/**
 * An account, what stands in it, and callers of all roles. Requests change and delete all of it, so it is made anew again and again, from
 * outside, by a caller whom no request names.
 */
export class Callers {
  readonly known = new Known();
  readonly #root: RosterClient;
  #secrets: Readonly<Record<string, string>> = {};
  #generation = 0;

  constructor(url: string, secret: string) {
    this.#root = createRosterClient({ baseUrl: url, apiKey: secret, timeoutMs: PATIENCE_MS });
  }

  /** The secret of one of them; of the others, one that does not work. */
  secretOf(caller: string): string {
    return this.#secrets[caller] ?? NOBODYS;
  }

  learn(desc: DescMessage, messages: readonly Message[]): void {
    for (const message of messages) learn(this.known, desc, message);
  }

  async renew(): Promise<void> {
    await this.#keepRoot();
    this.#generation += 1;
    const slug = `fuzz-${this.#generation}-${Date.now().toString(36)}`;
    const { account } = await this.#root.accounts.createAccount({ account: { name: "Fuzz", slug } });
    const accountId = account?.id ?? "";
    await this.#root.users.importUsers({ accountId, users: [...USERS, ...CALLERS_USERS] });
    const sessions = SESSIONS.map((session, i) => ({
      accountId,
      sessionId: session,
      session: { userId: `u${i}`, externalId: session },
    }));
    await Promise.all(sessions.map((session) => this.#root.sessions.createSession(session)));
    this.#secrets = Object.fromEntries(await Promise.all(CALLERS_USERS.map(({ id }) => this.#makeKey(accountId, id))));
    this.known.forget();
    for (const { id, externalId, email } of USERS) {
      this.known.learn("user", id);
      this.known.learn("external_id", externalId);
      this.known.learn("email", email);
    }
    for (const session of SESSIONS) this.known.learn("session", session);
    for (const id of [accountId, "default"]) this.known.learn("account", id);
    await this.#forgetOthers(accountId);
  }

  async #makeKey(accountId: string, caller: keyof typeof ROLES): Promise<[string, string]> {
    const apiKey = { displayName: caller, role: ROLES[caller], userId: caller, requireNonce: caller === "NONCE" };
    const { secret, apiKey: made } = await this.#root.apiKeys.createApiKey({ accountId, apiKey });
    this.known.keep(caller);
    this.known.keep(made?.id ?? "");
    return [caller, secret];
  }

  /** What it stands on itself is never named. */
  async #keepRoot(): Promise<void> {
    const { apiKey, user } = await this.#root.apiKeys.whoAmI({});
    this.known.keep(apiKey?.id ?? "");
    this.known.keep(user?.id ?? "");
  }

  /** Also those that requests have made: the database would grow without end. */
  async #forgetOthers(accountId: string): Promise<void> {
    const { accounts } = await this.#root.accounts.listAccounts({
      pageSize: 1_000,
      filter: `id != "default" && id != "${accountId}"`,
    });
    for (const { id } of accounts) {
      await this.#root.accounts.deleteAccount({ accountId: id, force: true }).catch(() => {
        // A request has deleted it meanwhile.
      });
    }
  }

  close(): void {
    this.#root.close();
  }
}

const NOBODYS = mintSecret(createIdSource()("K"));
