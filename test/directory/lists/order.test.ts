import { describe, expect, test } from "vitest";
import { RosterError } from "../../../src/directory/errors.ts";
import { parseOrderBy } from "../../../src/directory/lists/order.ts";
import { USER_ORDER } from "../../../src/directory/users/user-order.ts";
import { cpuTimeOf } from "../../support/cpu-time.ts";

const FIELDS = ["id", "external_id", "email", "name", "display_name", "status", "create_time", "update_time"];

/** As `field direction`. */
function parsed(text: string): string[] {
  return parseOrderBy(text, USER_ORDER).map(({ field, descending }) => `${field} ${descending ? "desc" : "asc"}`);
}

describe.each(FIELDS)("order_by %s", (field) => {
  const last = field === "id" ? ["account_id"] : ["id", "account_id"];
  test.each(["asc", "desc"])("is understood with %s in both syntaxes, with any space", (direction) => {
    for (const text of [
      `${field} ${direction}`,
      `${field}:${direction}`,
      ` ${field}\t ${direction} `,
      `${field} : ${direction}`,
      `\n${field}: ${direction}`,
    ]) {
      expect(parsed(text)).toEqual([field, ...last].map((key) => `${key} ${direction}`));
    }
  });

  test("ascends when nothing is said", () => {
    expect(parsed(field)).toEqual([field, ...last].map((key) => `${key} asc`));
  });
});

test.each(["", " ", "\t\n"])("order_by %j is the newest first", (text) => {
  expect(parsed(text)).toEqual(["create_time desc", "id desc", "account_id desc"]);
});

test("fields may be combined, in both syntaxes at once; the id goes the way of the last of them, if none is the id", () => {
  expect(parsed("email, create_time desc")).toEqual(["email asc", "create_time desc", "id desc", "account_id desc"]);
  expect(parsed("email:asc,create_time:desc")).toEqual(parsed("email, create_time desc"));
  expect(parsed("create_time desc, email")).toEqual(["create_time desc", "email asc", "id asc", "account_id asc"]);
  expect(parsed("status:desc,id desc , name")).toEqual(["status desc", "id desc", "name asc", "account_id asc"]);
  expect(parsed(FIELDS.join(","))).toEqual([...FIELDS.map((field) => `${field} asc`), "account_id asc"]);
});

test.each([
  "email:",
  "email :",
  ":asc",
  ":",
  "asc",
  "email:up",
  "email ascending",
  "email ASC",
  "email:DESC",
  ",",
  "email,",
  ",email",
  "email,,name",
  "email email",
  "email asc desc",
  "email:asc:desc",
  "email::asc",
  "email,email",
  "email,email desc",
  "id,name,id:desc",
  "ID:ASC",
  "Email",
  "externalId",
  "account_id",
  "metadata",
  "metadata.a",
  "about",
  "super_admin",
  "version",
  "__proto__",
  "constructor",
  "toString",
  "-email",
  "+email",
  "email;asc",
  "email; drop table users",
  '"email"',
  "email--",
  "users.email",
  "1",
  "(select secret from secrets)",
  "email nulls first",
  "ｅmail",
  "email\0",
  "email\u200b",
])("order_by %j is refused", (text) => {
  const error = refusalOf(text);
  expect(error).toMatchObject({ reason: "ORDER_BY_INVALID", details: { fields: [{ field: "order_by" }] } });
});

test("an order_by of any length is judged in no time", async () => {
  const long = [
    " ".repeat(1e6),
    `email${" ".repeat(1e6)}x y`,
    `${"email,".repeat(2e5)}x`,
    ":".repeat(1e6),
    `a${":a".repeat(5e5)}`,
  ];
  const took = await cpuTimeOf(() => {
    for (const text of long) refusalOf(`${text}!`);
  });
  expect(took).toBeLessThan(1_000);
});

function refusalOf(text: string): RosterError {
  try {
    parseOrderBy(text, USER_ORDER);
  } catch (error) {
    if (error instanceof RosterError) return error;
    throw error;
  }
  return expect.fail(`${JSON.stringify(text)} was understood`);
}
