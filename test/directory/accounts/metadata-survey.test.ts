import { expect, test } from "vitest";
import { finishSurvey, surveyMetadata } from "../../../src/directory/accounts/metadata-survey.ts";
import type { User } from "../../../src/directory/users/user.ts";
import type { JsonObject } from "../../../src/directory/values/json.ts";
import { newUser, openTestAccount } from "../../support/account.ts";

const BAD = { bad: true };
const rule = (metadata: JsonObject) => (metadata["bad"] ? [{ field: "metadata.bad", description: "is bad" }] : []);

test("a survey looks at all users, and its end at what was written since", async () => {
  const account = await openTestAccount();
  const { store, write, id } = account;
  await write(async (tx) => {
    for (let n = 0; n < 2_500; n += 1) {
      await tx.users.insert(newUser(tx, { id: `u${String(n).padStart(4, "0")}`, metadata: n % 2 === 0 ? BAD : {} }));
    }
  });
  const change = (userId: string, values: Partial<User>) =>
    write(async ({ users }) => {
      const before = (await users.find(userId)) ?? expect.fail(userId);
      await users.update(before, { ...before, ...values });
    });
  await change("u0000", { deleteTime: 1 });
  const survey = await surveyMetadata(store, id, rule, () => {});
  expect(survey).toEqual({
    revision: 2,
    count: 1_249,
    userIds: Array.from({ length: 10 }, (_, n) => `u00${String(2 * n + 2).padStart(2, "0")}`),
  });

  await change("u0001", { metadata: BAD });
  await change("u0001", { metadata: { bad: true, more: 1 } });
  await change("u0002", { metadata: {} });
  await change("u0004", { deleteTime: 1 });
  await change("u0000", { deleteTime: null });
  await change("u0006", { metadata: {} });
  await account.insert({ id: "new", metadata: BAD });
  const finished = await write((tx) => finishSurvey(tx, survey, rule));
  const userIds = ["u0008", "u0010", "u0012", "u0014", "u0016", "u0018", "u0020", "u0000", "new"];
  expect(finished).toEqual({ revision: 9, count: 1_249 + 1 - 1 - 1 + 1 - 1 + 1, userIds });
  expect(await surveyMetadata(store, id, rule, () => {})).toMatchObject({ revision: 9, count: finished.count });
});

test("the end of a survey that the history no longer reaches back to looks at all users again", async () => {
  const { store, write, insert, id } = await openTestAccount();
  await insert({ id: "a", metadata: BAD });
  const survey = await surveyMetadata(store, id, rule, () => {});
  await insert({ id: "b", metadata: BAD });
  await insert({ id: "c" });
  await store.prune({ changes: Number.MAX_SAFE_INTEGER, answers: 0, audit: 0 });
  const finished = await write((tx) => finishSurvey(tx, survey, rule));
  expect(finished).toEqual({ revision: 3, count: 2, userIds: ["a", "b"] });
});

test("a survey ends when nobody waits for it any more", async () => {
  const { store, insert, id } = await openTestAccount();
  await insert();
  const gone = new Error("gone");
  const survey = surveyMetadata(store, id, rule, () => {
    throw gone;
  });
  await expect(survey).rejects.toBe(gone);
});
