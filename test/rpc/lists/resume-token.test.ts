import { Code } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import type { Reason } from "../../../src/directory/errors.ts";
import { createSealer, TOKEN_KEY_BYTES } from "../../../src/directory/values/sealer.ts";
import { createTokens } from "../../../src/rpc/wire/tokens.ts";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addUsers, all, present, take, type Users, useRoster } from "../setup.ts";

const roster = useRoster();

type Request = Parameters<Users["listUsersChunked"]>[0];

function refused(request: Request, reason: Reason, users = roster.users()) {
  return failure(all(users.listUsersChunked(request)), Code.InvalidArgument, reason);
}

/** An account of three users, and the token that goes on after the first. */
async function tokenOf(request: Request = {}) {
  const accountId = await roster.emptyAccount();
  await addUsers(roster.users(), 3, (i) => `u${i}`, accountId);
  const [first] = await take(roster.users(), { accountId, chunkSize: 1, ...request }, 1);
  return { accountId, resumeToken: present(first).resumeToken };
}

describe("a resume token", () => {
  test("belongs to its request, the chunk size aside", async () => {
    const { accountId, resumeToken } = await tokenOf();
    expect(await all(roster.users().listUsersChunked({ accountId, resumeToken, chunkSize: 2 }))).not.toEqual([]);
    await refused({ accountId: await roster.emptyAccount(), resumeToken }, "RESUME_TOKEN_MISMATCH");
    await refused({ accountId: "-", resumeToken }, "RESUME_TOKEN_MISMATCH");
    await refused({ accountId, resumeToken, showDeleted: true }, "RESUME_TOKEN_MISMATCH");
    await refused({ accountId, resumeToken, readMask: { paths: ["id"] } }, "RESUME_TOKEN_MISMATCH");
  });

  test("does not mind in which order the mask names the fields", async () => {
    const { accountId, resumeToken } = await tokenOf({ readMask: { paths: ["id", "name"] } });
    const readMask = { paths: ["name", "id"] };
    const chunks = await all(roster.users().listUsersChunked({ accountId, resumeToken, readMask }));
    expect(chunks.flatMap(({ users }) => users.map(({ id }) => id))).toEqual(["u1", "u2"]);
  });

  test("grants nothing", async () => {
    const { accountId, resumeToken } = await tokenOf();
    const stranger = await roster.account();
    await refused({ resumeToken }, "RESUME_TOKEN_MISMATCH", stranger.users());
    const call = all(stranger.users().listUsersChunked({ accountId, resumeToken }));
    await failure(call, Code.PermissionDenied, "PERMISSION_DENIED");
  });

  test("reads no other account, even if it was made by somebody who knows the key of the seal", async () => {
    const { store, sources } = roster.server;
    const key = await store.secret("token-key", () => new Uint8Array(TOKEN_KEY_BYTES));
    const forger = createTokens(createSealer(key), sources.clock);
    const { accountId } = await tokenOf();
    const stranger = await roster.account();
    const binding = {
      method: "ListUsersChunked",
      account_id: stranger.id,
      show_deleted: false,
      filter: "",
      read_mask: [],
    };
    const position = { accountId, revision: null, after: "", count: 0, countBefore: 0 };
    const resumeToken = forger.sealResume(binding, position);
    const chunks = await all(stranger.users().listUsersChunked({ resumeToken }));
    expect(chunks.flatMap(({ users }) => users.map(({ id }) => id))).toEqual([stranger.ownerId]);
  });

  test("is refused when any one of its characters is another", async () => {
    const { accountId, resumeToken } = await tokenOf();
    const flipped = Array.from(resumeToken, (character, index) => {
      const other = character === "A" ? "B" : "A";
      return resumeToken.slice(0, index) + other + resumeToken.slice(index + 1);
    });
    for (let from = 0; from < flipped.length; from += 20) {
      const some = flipped.slice(from, from + 20);
      await Promise.all(some.map((token) => refused({ accountId, resumeToken: token }, "RESUME_TOKEN_INVALID")));
    }
    expect(flipped.length).toBeGreaterThan(100);
  });

  test("of an export of all accounts goes on in the account that it had reached", async () => {
    const { accountId } = await tokenOf();
    const request = { accountId: "-", chunkSize: 1 };
    const whole = await all(roster.users().listUsersChunked(request));
    const at = whole.findIndex(({ users }) => users[0]?.accountId === accountId);
    const { resumeToken } = present(whole[at]);
    const rest = await all(roster.users().listUsersChunked({ ...request, resumeToken }));
    const seen = (chunks: typeof whole) =>
      chunks.map(({ users, summary }) => [users[0]?.accountId, users[0]?.id, summary?.userCount]);
    expect(seen(rest)).toEqual(seen(whole.slice(at + 1)));
  });
});

describe.each(PROTOCOL_NAMES)("garbage for a resume token, %s", (protocol) => {
  test("is refused", async () => {
    for (const resumeToken of ["0", "{}", "\0", "😀", "A".repeat(8192), "' or 1=1 --"]) {
      await refused({ resumeToken }, "RESUME_TOKEN_INVALID", roster.users(protocol));
    }
    const error = await refused({ resumeToken: "A".repeat(8193) }, "FIELD_INVALID", roster.users(protocol));
    expect(fieldsOf(error)).toEqual(["resume_token"]);
  });
});
