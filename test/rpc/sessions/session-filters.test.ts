import { Code } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { ErrorInfoSchema } from "../../../gen/google/rpc/error_details_pb.js";
import { failure, fieldsOf, PROTOCOL_NAMES } from "../../support/clients.ts";
import { addSession, addUser, type Sessions, useRoster } from "../setup.ts";

const roster = useRoster();

type Request = Parameters<Sessions["listSessions"]>[0];

/** Sessions `s0` to `s5` of two users in turn; the even ones are of a phone, `s4` and `s5` have ended. */
async function begin() {
  const account = await roster.account();
  const sessions = account.sessions();
  for (const id of ["ada", "kay"]) await addUser(account.users(), { id });
  for (let n = 0; n < 6; n += 1) {
    const userId = n % 2 === 0 ? "ada" : "kay";
    const metadata = { n, device: n % 2 === 0 ? "phone" : "desk", tags: n === 3 ? ["odd one"] : [] };
    await addSession(sessions, { id: `s${n}`, userId, metadata, ...(n < 2 && { externalId: `x${n}` }) });
  }
  for (const id of ["s5", "s4"]) await sessions.endSession({ id });
  const listed = async (request: Request, from = sessions) =>
    (await from.listSessions(request)).sessions.map(({ id }) => id).join(" ");
  return { account, sessions, listed };
}

test.each(PROTOCOL_NAMES)("a filter chooses what ListSessions lists and counts: %s", async (protocol) => {
  const { account, listed } = await begin();
  const sessions = account.sessions(protocol);
  for (const [filter, ids] of [
    ["", "s5 s4 s3 s2 s1 s0"],
    ["!has(end_time)", "s3 s2 s1 s0"],
    ['!has(end_time) && metadata.device == "phone"', "s2 s0"],
    ['user_id == "kay" || "odd one" in metadata.tags', "s5 s3 s1"],
    ['external_id in ["x0", "x1"] && metadata.n > 0', "s1"],
    ['end_time >= timestamp("2020-01-01T00:00:00Z")', "s5 s4"],
    ['id == "nobody"', ""],
  ] as const) {
    expect([filter, await listed({ filter }, sessions)]).toEqual([filter, ids]);
    const { totalSize } = await sessions.listSessions({ filter, includeTotal: true, pageSize: 1 });
    expect([filter, totalSize]).toEqual([filter, BigInt(ids.split(" ").filter(Boolean).length)]);
  }
});

test("sessions are listed in the order that is asked for", async () => {
  const { listed } = await begin();
  for (const [orderBy, ids] of [
    ["", "s5 s4 s3 s2 s1 s0"],
    ["create_time", "s0 s1 s2 s3 s4 s5"],
    ["id:desc", "s5 s4 s3 s2 s1 s0"],
    ["user_id, create_time desc", "s4 s2 s0 s5 s3 s1"],
    ["user_id:desc,id:asc", "s1 s3 s5 s0 s2 s4"],
    ["end_time desc", "s4 s5 s3 s2 s1 s0"],
    ["end_time", "s0 s1 s2 s3 s5 s4"],
    ["external_id desc", "s1 s0 s5 s4 s3 s2"],
    ["update_time", "s0 s1 s2 s3 s5 s4"],
  ] as const) {
    expect([orderBy, await listed({ orderBy })]).toEqual([orderBy, ids]);
  }
});

test("filtered and ordered pages go both ways, with tokens of that filter and that order", async () => {
  const { sessions } = await begin();
  const request = { filter: "metadata.n < 5", orderBy: "user_id, create_time desc", pageSize: 2 };
  const first = await sessions.listSessions(request);
  const second = await sessions.listSessions({ ...request, pageToken: first.nextPageToken });
  const third = await sessions.listSessions({ ...request, pageToken: second.nextPageToken });
  const idsOf = (page: typeof first) => page.sessions.map(({ id }) => id);
  expect([first, second, third].map(idsOf)).toEqual([["s4", "s2"], ["s0", "s3"], ["s1"]]);
  expect([first.previousPageToken, third.nextPageToken]).toEqual(["", ""]);
  expect(idsOf(await sessions.listSessions({ ...request, pageToken: third.previousPageToken }))).toEqual(["s0", "s3"]);
  const pageToken = first.nextPageToken;
  expect(idsOf(await sessions.listSessions({ ...request, orderBy: "user_id:asc,create_time:desc", pageToken }))).toEqual([
    "s0",
    "s3",
  ]);
  for (const other of [{ filter: "" }, { filter: "metadata.n < 6" }, { orderBy: "" }, { orderBy: "user_id" }]) {
    const call = sessions.listSessions({ ...request, ...other, pageToken });
    await failure(call, Code.InvalidArgument, "PAGE_TOKEN_MISMATCH");
  }
});

test("a filter of sessions knows their fields, not those of users, and says where it is wrong", async () => {
  const { sessions } = await begin();
  for (const [filter, offset, problem] of [
    ['has(id) && email == "x"', "11", 'there is no field "email"'],
    ["end_time > 3", "11", "the field is a timestamp, this is a number"],
    [`id == "${"x".repeat(4096)}"`, "4096", "a filter has at most 4096 bytes"],
  ] as const) {
    const error = await failure(sessions.listSessions({ filter }), Code.InvalidArgument, "FILTER_INVALID");
    expect(error.rawMessage).toContain(problem);
    expect([filter, error.findDetails(ErrorInfoSchema)[0]?.metadata]).toEqual([filter, { offset }]);
    expect(fieldsOf(error)).toEqual(["filter"]);
  }
});

test.each(["email", "metadata", "end_time up", "account_id", "id,id", ","])(
  "order_by %j of sessions is refused",
  async (orderBy) => {
    const error = await failure(roster.sessions().listSessions({ orderBy }), Code.InvalidArgument, "ORDER_BY_INVALID");
    expect(fieldsOf(error)).toEqual(["order_by"]);
  },
);

test("super admins filter and order the sessions of all accounts", async () => {
  const [one, two] = [await begin(), await begin()];
  const mine = `account_id in ["${one.account.id}", "${two.account.id}"]`;
  const request = { accountId: "-", filter: `${mine} && metadata.n == 3`, orderBy: "id", includeTotal: true };
  const { sessions, totalSize } = await roster.sessions().listSessions(request);
  expect([sessions.map(({ id }) => id), totalSize]).toEqual([["s3", "s3"], 2n]);
  expect(sessions.map(({ accountId }) => accountId)).toEqual([one.account.id, two.account.id].toSorted());
});

test("sessions of deleted users pass no filter", async () => {
  const { account, listed } = await begin();
  await account.users().deleteUser({ id: "ada" });
  expect(await listed({ filter: "metadata.n >= 0" })).toBe("s5 s3 s1");
});
