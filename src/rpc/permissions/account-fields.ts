import type { Message } from "@bufbuild/protobuf";
import type { Account } from "../../../gen/roster/v1/account_service_pb.js";

/** An account that a request names. An empty id stands for that of the request. */
export interface NamedAccount {
  /** A path as in the schema. */
  readonly field: string;
  readonly id: string;
}

/** Tells which accounts the value of a field names. `field` is its name in the schema. */
export type ReadAccounts<V> = (value: V, field: string) => readonly NamedAccount[];

/** The fields of a request, `account_id` aside, that may name an account: by their name, or by a message with one in it. */
export type ResourceField<R> = Exclude<AccountField<R>, "accountId">;

type AccountField<R> = { [K in FieldOf<R>]-?: true extends NamesAccount<K, R[K]> ? K : never }[FieldOf<R>];

type FieldOf<R> = Exclude<keyof R, keyof Message>;

/** Contains `true` if the field may name an account, in one of the forms that its value can have. */
type NamesAccount<K, V> = K extends "accountId" | "accountIds" | `${string}AccountId` | `${string}AccountIds`
  ? true
  : V extends Account
    ? true
    : V extends ReadonlyArray<infer Member>
      ? NamesAccount<"", Member>
      : V extends { readonly case: infer Case; readonly value: infer Value }
        ? NamesAccount<Case, Value>
        : V extends Message
          ? MessageNamesAccount<V>
          : V extends { readonly [key: string]: infer Value extends Message }
            ? MessageNamesAccount<Value>
            : false;

type MessageNamesAccount<V> = V extends Account ? true : [AccountField<V>] extends [never] ? false : true;

/** A resource that may say which account owns it. */
interface Owned {
  readonly accountId: string;
}

export const owned: ReadAccounts<Owned | undefined> = (resource, field) => [
  { field: `${field}.account_id`, id: resource?.accountId ?? "" },
];

export const eachOwned: ReadAccounts<readonly Owned[]> = (resources, field) =>
  resources.flatMap((resource, index) => owned(resource, `${field}[${index}]`));

export const eachRowOwned: ReadAccounts<ReadonlyArray<{ readonly user?: Owned | undefined }>> = (rows, field) =>
  rows.flatMap(({ user }, index) => owned(user, `${field}[${index}].user`));

export const itself: ReadAccounts<Account | undefined> = (account, field) => [
  { field: `${field}.id`, id: account?.id ?? "" },
];

/** One that is yet to be made has no id. */
export const unmade: ReadAccounts<Account | undefined> = () => [];
