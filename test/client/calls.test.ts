import { create } from "@bufbuild/protobuf";
import { DurationSchema } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { RosterError } from "@roster/client";
import { expect, test } from "vitest";
import { RetryInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { clientOfPeer, GONE, QUICK, saidByRoster } from "./peer.ts";

const key = { case: "id", value: "ada" } as const;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Fails with these errors in turn, then answers. `requestIds` are those that came. */
function failing(errors: readonly unknown[], options: object = {}) {
  const left = [...errors];
  const requestIds: string[] = [];
  const answer = (request: object) => {
    requestIds.push(String(Reflect.get(request, "requestId") ?? ""));
    if (left.length > 0) throw left.shift();
    return {};
  };
  return { ...clientOfPeer({ getUser: answer, createUser: answer, importUsers: answer }, options), requestIds };
}

test("a read is made again while it fails for transient reasons", async () => {
  const { users, requestIds } = failing([GONE, saidByRoster(Code.Unavailable, "SERVER_DRAINING")]);
  await users.getUser({ key });
  expect(requestIds).toEqual(["", "", ""]);
});

test("gives up after a number of failures, and at once where another attempt is no use", async () => {
  for (const [errors, attempts] of [
    [[GONE, GONE, GONE, GONE], 3],
    [[saidByRoster(Code.NotFound, "USER_NOT_FOUND")], 1],
    [[saidByRoster(Code.Internal, "INTERNAL")], 1],
    [[new ConnectError("too late", Code.DeadlineExceeded)], 1],
  ] as const) {
    const { users, requestIds } = failing(errors);
    await expect(users.getUser({ key })).rejects.toBeInstanceOf(RosterError);
    expect(requestIds).toHaveLength(attempts);
  }
});

test("a change gets a request id, and keeps it when it is made again", async () => {
  const { users, requestIds } = failing([GONE]);
  await users.createUser({ user: {} });
  await users.createUser({ user: {} });
  expect(requestIds).toEqual([expect.stringMatching(UUID), requestIds[0], expect.stringMatching(UUID)]);
  expect(requestIds[2]).not.toBe(requestIds[0]);
});

test("a request id of the caller stays", async () => {
  const { users, requestIds } = failing([GONE]);
  await users.createUser({ user: {}, requestId: "mine" });
  expect(requestIds).toEqual(["mine", "mine"]);
});

test("a change with a nonce is made once, and gets no request id: the nonce is good once", async () => {
  const { users, requestIds } = failing([GONE]);
  const call = users.createUser({ user: {} }, { headers: { "roster-client-nonce": "N1" } });
  await expect(call).rejects.toThrow("connection refused");
  expect(requestIds).toEqual([""]);
});

test("what is only checked is made again without a request id", async () => {
  const { users, requestIds } = failing([GONE]);
  await users.createUser({ user: {}, validateOnly: true });
  expect(requestIds).toEqual(["", ""]);
});

test("`retry: false` makes each call once, as it is", async () => {
  const { users, requestIds } = failing([GONE], { retry: false });
  await expect(users.createUser({ user: {} })).rejects.toThrow("connection refused");
  expect(requestIds).toEqual([""]);
});

test("what is refused for now is made again when the server says, whatever it is", async () => {
  const retryDelay = create(DurationSchema, { nanos: 30_000_000 });
  const wait = { desc: RetryInfoSchema, value: { retryDelay } };
  const { users, requestIds } = failing([saidByRoster(Code.ResourceExhausted, "RATE_LIMITED", wait)]);
  const start = performance.now();
  await users.createUser({ user: {} }, { headers: { "roster-client-nonce": "N1" } });
  expect(performance.now() - start).toBeGreaterThan(29);
  expect(requestIds).toHaveLength(2);
});

test("a call has a deadline, over all attempts, of the client or its own", async () => {
  const deadlines: Array<number | undefined> = [];
  const { users } = clientOfPeer(
    {
      getUser(_, { timeoutMs }) {
        deadlines.push(timeoutMs());
        if (deadlines.length === 2) throw GONE;
        return {};
      },
    },
    { timeoutMs: 5_000 },
  );
  await users.getUser({ key });
  await users.getUser({ key }, { timeoutMs: 900 });
  await users.getUser({ key }, { timeoutMs: 0 });
  const [usual = 0, first = 0, second = 0, none] = deadlines;
  expect(usual).toBeGreaterThan(900);
  expect(usual).toBeLessThanOrEqual(5_000);
  expect(first).toBeLessThanOrEqual(900);
  expect(second).toBeLessThanOrEqual(first);
  expect(none).toBeUndefined();
});

test("no attempt is made that would come after the deadline", async () => {
  const { users, requestIds } = failing([GONE], { retry: { ...QUICK, baseMs: 60_000, capMs: 60_000 } });
  await expect(users.getUser({ key })).rejects.toThrow("connection refused");
  expect(requestIds).toHaveLength(1);
});

test("a call that its caller gives up, or whose client is closed, is not made again", async () => {
  const patient = { retry: { maxFailures: 9, baseMs: 20_000, capMs: 20_000 } };
  const giving = new AbortController();
  const { users, close, requestIds } = failing([GONE, GONE], patient);
  const given = users.getUser({ key }, { signal: giving.signal });
  const closed = users.getUser({ key });
  await expect.poll(() => requestIds.length).toBe(2);
  giving.abort();
  await expect(given).rejects.toMatchObject({ code: Code.Canceled });
  close();
  await expect(closed).rejects.toMatchObject({ code: Code.Canceled });
  expect(requestIds).toHaveLength(2);
  await users.getUser({ key });
});

test("a watch ends when the client is closed", async () => {
  const { users, close } = clientOfPeer({
    async *watchUsers(_, { signal }) {
      yield { changeToken: "1" };
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
  });
  const watch = users.watch();
  await watch.next();
  close();
  await expect(watch.next()).rejects.toMatchObject({ code: Code.Canceled });
});
