import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { clientOfPeer, saidByRoster } from "./peer.ts";

const key = { case: "id", value: "ada" } as const;

/** A peer that takes only the last of the tokens that its client gets, one after the other. */
function openClient(tokens: readonly string[], accepted: string) {
  const asked: Array<string | undefined> = [];
  const came: Array<string | null> = [];
  const check = (header: Headers) => {
    came.push(header.get("authorization"));
    if (header.get("authorization") !== `Bearer ${accepted}`) throw saidByRoster(Code.Unauthenticated, "TOKEN_INVALID");
  };
  const token = async (refused?: string) => {
    asked.push(refused);
    return tokens[Math.min(asked.length, tokens.length) - 1] ?? "";
  };
  const calls = {
    getUser: (_: object, { requestHeader }: { readonly requestHeader: Headers }) => {
      check(requestHeader);
      return {};
    },
    async *watchUsers(_: object, { requestHeader }: { readonly requestHeader: Headers }) {
      check(requestHeader);
      yield { changeToken: "1" };
      // The token ends while the watch goes on.
      throw saidByRoster(Code.Unauthenticated, "TOKEN_INVALID");
    },
  };
  return { ...clientOfPeer(calls, { apiKey: undefined, token }), asked, came };
}

test("asks for a token before each call, once for calls that come together", async () => {
  const { users, asked, came } = openClient(["T1"], "T1");
  await Promise.all([users.getUser({ key }), users.getUser({ key })]);
  await users.getUser({ key });
  expect(asked).toEqual([undefined, undefined]);
  expect(came).toEqual(["Bearer T1", "Bearer T1", "Bearer T1"]);
});

test("calls again with another token if one is refused, but not with the same", async () => {
  const { users, asked, came } = openClient(["T1", "T2"], "T2");
  await users.getUser({ key });
  expect(asked).toEqual([undefined, "T1"]);
  expect(came).toEqual(["Bearer T1", "Bearer T2"]);
  const same = openClient(["T1"], "T2");
  await expect(same.users.getUser({ key })).rejects.toMatchObject({ reason: "TOKEN_INVALID" });
  expect(same.came).toEqual(["Bearer T1"]);
});

test("a watch goes on with another token when its own ends", async () => {
  const { users, asked } = openClient(["T1"], "T1");
  const watch = users.watch({ retry: { maxFailures: 3, baseMs: 1, capMs: 1 } });
  for (let message = 0; message < 3; message += 1) expect((await watch.next()).done).toBe(false);
  await watch.return();
  expect(asked).toEqual([undefined, "T1", "T1"]);
  const refused = openClient(["T1", "T2"], "T3");
  await expect(refused.users.watch({ retry: { maxFailures: 9, baseMs: 1, capMs: 1 } }).next()).rejects.toMatchObject({
    reason: "TOKEN_INVALID",
  });
  expect(refused.came).toEqual(["Bearer T1", "Bearer T2"]);
});

test("a source that fails is asked again, and its error told", async () => {
  let times = 0;
  const { users } = clientOfPeer(
    { getUser: () => ({}) },
    {
      apiKey: undefined,
      token: () => {
        times += 1;
        throw new Error("no session");
      },
    },
  );
  await expect(users.getUser({ key })).rejects.toThrow("there is no token to call with: no session");
  expect(times).toBe(3);
});
