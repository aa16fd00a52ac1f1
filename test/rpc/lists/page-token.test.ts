import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import type { Reason } from "../../../src/directory/errors.ts";
import { DAY, SECOND } from "../../../src/directory/values/clock.ts";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUsers, adjustableClock, all, present, type Users, useRoster } from "../setup.ts";

const clock = adjustableClock();
const roster = useRoster({ now: clock.now });

type Request = Parameters<Users["listUsers"]>[0];

function refused(request: Request, reason: Reason, users = roster.users()) {
  return failure(users.listUsers(request), Code.InvalidArgument, reason);
}

/** An account of three users, and the token that opens its second page. */
async function tokenOf() {
  const accountId = await roster.emptyAccount();
  await addUsers(roster.users(), 3, (i) => `u${i}`, accountId);
  const { nextPageToken } = await roster.users().listUsers({ accountId, pageSize: 1 });
  return { accountId, pageToken: nextPageToken };
}

describe("a page token", () => {
  test("opens a page of the account and the list that it was given for, and no other", async () => {
    const { accountId, pageToken } = await tokenOf();
    expect((await roster.users().listUsers({ accountId, pageToken })).users).toHaveLength(2);
    await refused({ accountId: await roster.emptyAccount(), pageToken }, "PAGE_TOKEN_MISMATCH");
    await refused({ accountId: "-", pageToken }, "PAGE_TOKEN_MISMATCH");
    await refused({ accountId, pageToken, showDeleted: true }, "PAGE_TOKEN_MISMATCH");
  });

  test("grants nothing", async () => {
    const { accountId, pageToken } = await tokenOf();
    const stranger = await roster.account();
    await refused({ pageToken }, "PAGE_TOKEN_MISMATCH", stranger.users());
    const call = stranger.users().listUsers({ accountId, pageToken });
    await failure(call, Code.PermissionDenied, "PERMISSION_DENIED");
  });

  test("is not interchangeable with a resume token or a change token", async () => {
    const { accountId, pageToken } = await tokenOf();
    const chunks = await all(roster.users().listUsersChunked({ accountId }));
    const last = present(chunks.at(-1));
    await refused({ accountId, pageToken: last.resumeToken }, "PAGE_TOKEN_MISMATCH");
    await refused({ accountId, pageToken: present(last.summary).changeToken }, "PAGE_TOKEN_MISMATCH");
    const resumed = all(roster.users().listUsersChunked({ accountId, resumeToken: pageToken }));
    await failure(resumed, Code.InvalidArgument, "RESUME_TOKEN_MISMATCH");
  });

  test("is good for three days", async () => {
    const { accountId, pageToken } = await tokenOf();
    clock.advance(3 * DAY - 60 * SECOND);
    expect((await roster.users().listUsers({ accountId, pageToken })).users).toHaveLength(2);
    clock.advance(60 * SECOND);
    await refused({ accountId, pageToken }, "PAGE_TOKEN_EXPIRED");
  });

  test("is refused when any one of its characters is another", async () => {
    const { accountId, pageToken } = await tokenOf();
    const flipped = Array.from(pageToken, (character, index) => {
      const other = character === "A" ? "B" : "A";
      return pageToken.slice(0, index) + other + pageToken.slice(index + 1);
    });
    for (let from = 0; from < flipped.length; from += 20) {
      const some = flipped.slice(from, from + 20);
      await Promise.all(some.map((token) => refused({ accountId, pageToken: token }, "PAGE_TOKEN_INVALID")));
    }
    expect(flipped.length).toBeGreaterThan(100);
  });

  test("is refused when it is shortened, lengthened or spelt otherwise", async () => {
    const { accountId, pageToken } = await tokenOf();
    const others = [
      pageToken.slice(1),
      pageToken.slice(0, -1),
      `${pageToken}A`,
      `${pageToken}=`,
      `${pageToken}\n`,
      ` ${pageToken}`,
    ];
    for (const token of [...others, pageToken.toLowerCase(), pageToken.repeat(2), `-${pageToken}`]) {
      await refused({ accountId, pageToken: token }, "PAGE_TOKEN_INVALID");
    }
  });
});

describe.each(PROTOCOL_NAMES)("garbage for a page token, %s", (protocol) => {
  const garbage = [
    "0",
    "null",
    "{}",
    "\0",
    "😀",
    "AAAA",
    "A".repeat(8192),
    "' or 1=1 --",
    "../..",
    "%00",
    "-",
    "=",
    "\u2028",
  ];

  test("is refused as no token of ours", async () => {
    for (const pageToken of garbage) {
      await refused({ pageToken }, "PAGE_TOKEN_INVALID", roster.users(protocol));
    }
  });

  test("is refused for its length above 8192 characters", async () => {
    for (const length of [8193, 1_000_000]) {
      const error = await refused({ pageToken: "A".repeat(length) }, "FIELD_INVALID", roster.users(protocol));
      expect(fieldsOf(error)).toEqual(["page_token"]);
    }
  });
});
