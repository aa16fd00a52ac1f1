import type { DescMethod, Message } from "@bufbuild/protobuf";
import type { Role } from "../../directory/keys/api-key.ts";
import type { User } from "../../directory/users/user.ts";
import type { NamedAccount, ReadAccounts, ResourceField } from "./account-fields.ts";
import type { BindOwnUser } from "./own-user.ts";

/** What an RPC takes. */
interface Rule {
  readonly role: Role;
  /** Only super admins, whatever the account. */
  readonly superAdmin?: true;
  /** Super admins may name all accounts (`-`). */
  readonly allAccounts?: true;
  /** Changes something, and so uses up the nonce that comes with it. */
  readonly mutates?: true;
}

/** A rule for requests of one type. It compiles only if it says, for each field that may name an account, how to read it. */
export type RuleFor<R> = Rule &
  OwnUserRule<R> &
  CostRule<R> &
  (R extends { readonly accountId: string } ? { readonly account: "accountId" } : { readonly account?: never }) &
  ([ResourceField<R>] extends [never]
    ? { readonly resources?: never }
    : { readonly resources: { readonly [F in ResourceField<R>]: ReadAccounts<R[F]> } });

interface CostRule<R> {
  /** For how many calls a request counts against a rate limit. Absent: one. */
  readonly cost?: (request: R) => number;
}

interface OwnUserRule<R> {
  /** Callers with the role SELF may call, about their own user. Absent: they may not. */
  readonly self?: BindOwnUser<R>;
}

/** The same for requests of any type. */
export interface AnyRule extends Rule, OwnUserRule<never>, CostRule<never> {
  readonly account?: "accountId";
  readonly resources?: Readonly<Record<string, ReadAccounts<never>>>;
}

/** What an RPC takes, and what its requests say of accounts. */
export interface Permission extends Rule {
  /** The account that the request is about; the empty text: the caller's. */
  readonly accountOf: (request: Message) => string;
  /** Absent: nothing for callers with the role SELF. */
  readonly bindOwnUser: ((request: Message, own: User) => boolean) | undefined;
  readonly costOf: (request: Message) => number;
  /** The accounts that resources in the request name beside it. */
  readonly resourcesOf: (request: Message) => readonly NamedAccount[];
}

/** The rule must be one for requests of the method. */
export function toPermission({ input }: DescMethod, { account, resources = {}, self, cost, ...rule }: AnyRule): Permission {
  const readers = Object.entries(resources).map(([key, read]) => ({ key, read, field: input.field[key]?.name ?? key }));
  return {
    ...rule,
    costOf: (request) => cost?.(request as never) ?? 1,
    bindOwnUser: self && ((request, own) => self(request as never, own)),
    accountOf: (request) => (account === undefined ? "" : (fieldOf(request, account) as string)),
    resourcesOf: (request) => readers.flatMap(({ key, read, field }) => read(fieldOf(request, key) as never, field)),
  };
}

function fieldOf(request: Message, key: string): unknown {
  return Reflect.get(request, key);
}
