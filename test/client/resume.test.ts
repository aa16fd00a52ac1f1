import { Code } from "@connectrpc/connect";
import type { WatchUsersResponse } from "@roster/client";
import { expect, test } from "vitest";
import { resumed } from "../../packages/client/src/resume.ts";
import { clientOfPeer } from "./peer.ts";

const CONTEXT = { closed: () => new AbortController().signal, renewsTokens: false };

test("a stream that has been silent for too long is opened again", async () => {
  let opened = 0;
  const { users } = clientOfPeer({
    async *watchUsers(_, { signal }) {
      opened += 1;
      yield { changeToken: String(opened) };
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
  });
  const messages = resumed<WatchUsersResponse>((_, signal) => users.watchUsers({}, { signal }), { silenceMs: 20 }, CONTEXT);
  const tokens: string[] = [];
  for await (const { changeToken } of messages) {
    tokens.push(changeToken);
    if (opened === 3) break;
  }
  expect(tokens).toEqual(["1", "2", "3"]);
  const once = { maxFailures: 1, baseMs: 1, capMs: 1 };
  const silent = resumed<WatchUsersResponse>(
    (_, signal) => users.watchUsers({}, { signal }),
    { silenceMs: 20, retry: once },
    CONTEXT,
  );
  await silent.next();
  await expect(silent.next()).rejects.toMatchObject({
    code: Code.Unavailable,
    rawMessage: "the stream has been silent for 20 ms",
  });
});

test("a list is read page by page, as far as it is wanted", async () => {
  const requests: object[] = [];
  const { users } = clientOfPeer({
    listUsers({ filter, pageSize, pageToken, skip }) {
      requests.push({ filter, pageSize, pageToken, skip });
      const page = Number(pageToken);
      return { users: [{ id: `u${page}` }], nextPageToken: page < 3 ? String(page + 1) : "" };
    },
  });
  const all = await Array.fromAsync(users.all({ filter: "has(email)", skip: 7, pageSize: 2 }));
  expect(all.map(({ id }) => id)).toEqual(["u0", "u1", "u2", "u3"]);
  const same = { filter: "has(email)", pageSize: 2 };
  const later = ["1", "2", "3"].map((pageToken) => ({ ...same, pageToken, skip: 0 }));
  expect(requests).toEqual([{ ...same, pageToken: "", skip: 7 }, ...later]);
  for await (const _ of users.all()) break;
  expect(requests).toHaveLength(5);
});
