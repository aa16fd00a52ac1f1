import { Code } from "@connectrpc/connect";
import { beforeAll, describe, expect, test } from "vitest";
import { failure, fieldsOf } from "../../support/clients.ts";
import { connected, type Services } from "../services.ts";
import { useRoster } from "../setup.ts";
import { fill, walk } from "./ordered-users.ts";

const roster = useRoster();
let admin: Services;
beforeAll(() => {
  admin = connected(roster);
});

describe("a page token", () => {
  test("is good for its order, however that is spelt, and for no other", async () => {
    const { accountId } = await fill(roster, 5, 6);
    const list = (orderBy: string, pageToken: string) =>
      admin.users().listUsers({ accountId, orderBy, pageSize: 2, pageToken });
    const { nextPageToken } = await list("email", "");
    const next = await list("email", nextPageToken);
    for (const same of ["email:asc", " email  asc", "email,id", "email:asc,id:asc"]) {
      expect((await list(same, nextPageToken)).users).toEqual(next.users);
    }
    for (const other of ["", "email desc", "name", "email,name", "email,id desc", "id,email"]) {
      await failure(list(other, nextPageToken), Code.InvalidArgument, "PAGE_TOKEN_MISMATCH");
    }
  });

  test("opens again, however long the values are that it stands for", async () => {
    const accountId = await roster.emptyAccount();
    const letter = "\u{10428}";
    const user = {
      externalId: letter.repeat(255),
      name: `${"\v".repeat(119)}a`,
      displayName: letter.repeat(100),
      email: `${letter.repeat(64)}@${[63, 63, 61].map((length) => letter.repeat(length)).join(".")}`,
    };
    const ids = ["x".repeat(128), "y".repeat(128)];
    await admin.users().createUser({ accountId, userId: "x".repeat(128), user });
    await admin.users().createUser({ accountId, userId: "y".repeat(128), user: { name: letter.repeat(120) } });
    const request = { accountId, orderBy: "name,external_id,display_name,email,status,id", pageSize: 1 };
    expect((await walk(admin.users(), request, "nextPageToken")).flatMap((page) => page.ids).sort()).toEqual(ids);
  });
});

test.each(["email:", "email:up", ",", "name,name", "ID:ASC", "id; drop table users"])(
  "order_by %j is refused, whatever the page",
  async (orderBy) => {
    for (const pageToken of ["", "nonsense"]) {
      const error = await failure(admin.users().listUsers({ orderBy, pageToken }), Code.InvalidArgument, "ORDER_BY_INVALID");
      expect(fieldsOf(error)).toEqual(["order_by"]);
    }
  },
);
