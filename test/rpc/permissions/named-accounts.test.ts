import { create, type DescMessage, type Message } from "@bufbuild/protobuf";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { Account } from "../../../gen/roster/v1/account_service_pb.js";
import type { User, UserChange } from "../../../gen/roster/v1/user_pb.js";
import type { CreateUserRequest, GetUserRequest } from "../../../gen/roster/v1/user_service_pb.js";
import type { ResourceField } from "../../../src/rpc/permissions/account-fields.ts";
import type { RuleFor } from "../../../src/rpc/permissions/permission.ts";
import { methodName, PERMISSIONS, SERVICES } from "../../../src/rpc/permissions/permissions.ts";

const METHODS = SERVICES.flatMap(({ methods }) => [...methods]);

describe.each(METHODS.map((method) => [methodName(method), method] as const))("%s", (name, { input }) => {
  const { accountOf, resourcesOf } = PERMISSIONS.get(name) ?? expect.fail("has no permission");
  const fields = input.fields.filter((field) => field.message !== undefined && hasAccount(field.message));

  test("is about the account that its request names", () => {
    const request = Object.assign(create(input), { accountId: "a" });
    expect(accountOf(request)).toBe(input.fields.some((field) => field.name === "account_id") ? "a" : "");
  });

  test.each(fields.map((field) => [field.name, field] as const))("looks whose its %s is", (_, field) => {
    const request = create(input);
    const resource = { accountId: "theirs", id: "theirs" };
    Object.assign(request, { [field.localName]: field.fieldKind === "list" ? [resource, resource] : resource });
    const found = resourcesOf(request);
    const isNew = name.endsWith("/CreateAccount");
    expect(found.map(({ id }) => id)).toEqual(Array(isNew ? 0 : field.fieldKind === "list" ? 2 : 1).fill("theirs"));
    expect(found.filter(({ field: path }) => !path.startsWith(field.name))).toEqual([]);
  });

  test("has no other field that says whose it is", () => {
    expect(input.fields.map((field) => field.name).filter((other) => /account_ids?$/.test(other))).toEqual(
      input.fields.some((field) => field.name === "account_id") ? ["account_id"] : [],
    );
  });
});

/** Whether a message says which account it is of. */
function hasAccount({ typeName, fields }: DescMessage): boolean {
  return typeName === "roster.v1.Account" || fields.some((field) => field.name === "account_id");
}

type Request<T> = Message<"any"> & T;

test("every way to name an account is one that a rule has to tell of", () => {
  expectTypeOf<ResourceField<CreateUserRequest>>().toEqualTypeOf<"user">();
  expectTypeOf<ResourceField<GetUserRequest>>().toBeNever();
  expectTypeOf<ResourceField<Request<{ newUser?: User }>>>().toEqualTypeOf<"newUser">();
  expectTypeOf<ResourceField<Request<{ toAccountId: string; userIds: string[] }>>>().toEqualTypeOf<"toAccountId">();
  expectTypeOf<ResourceField<Request<{ accountIds: string[] }>>>().toEqualTypeOf<"accountIds">();
  expectTypeOf<ResourceField<Request<{ rows: Array<Request<{ user?: User }>> }>>>().toEqualTypeOf<"rows">();
  expectTypeOf<ResourceField<Request<{ change?: UserChange }>>>().toEqualTypeOf<"change">();
  expectTypeOf<ResourceField<Request<{ byName: { [name: string]: Account } }>>>().toEqualTypeOf<"byName">();
  type Start = { case: "user"; value: User } | { case: "now"; value: boolean } | { case: undefined; value?: undefined };
  expectTypeOf<ResourceField<Request<{ start: Start }>>>().toEqualTypeOf<"start">();
});

test("a rule that does not tell of them does not compile", () => {
  const write = { role: "WRITER", account: "accountId" } as const;
  expectTypeOf(write).toExtend<RuleFor<GetUserRequest>>();
  expectTypeOf(write).not.toExtend<RuleFor<CreateUserRequest>>();
  expectTypeOf({ role: "WRITER" } as const).not.toExtend<RuleFor<GetUserRequest>>();
  expectTypeOf(write).not.toExtend<RuleFor<Request<{ pageSize: number }>>>();
});
