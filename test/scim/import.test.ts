import { expect, test } from "vitest";
import { addUsers } from "../rpc/setup.ts";
import { addPerson, idOf, namesIn, useScim } from "./setup.ts";

const roster = useScim();
const USERS = 800;

// As many as a company has, on both engines: npm run bench:scim.
test("an import reads each user once, page by page, whoever is created meanwhile", async () => {
  const account = await roster.account();
  const scim = roster.scim(account.secret);
  await addUsers(account.users(), USERS - 1);
  const seen: string[] = [];
  const created: string[] = [];
  for (let total = 1; seen.length < total; ) {
    const { body } = await scim("GET", `/Users?startIndex=${seen.length + 1}&count=100&attributes=userName`);
    expect(body["totalResults"]).toBe(USERS + created.length);
    total = Number(body["totalResults"]);
    seen.push(...Object(body["Resources"]).map(idOf));
    // Before the last page, so that it is on one.
    if (created.length < 5) created.push(idOf(await addPerson(scim, `new${created.length}`)));
  }
  expect(new Set(seen).size).toBe(seen.length);
  expect(seen).toHaveLength(USERS + created.length);
  expect(seen.slice(-created.length)).toEqual(created);
  const last = await scim("GET", `/Users?startIndex=${seen.length}&sortBy=userName&sortOrder=descending`);
  expect(namesIn(last)).toEqual(["new0"]);
});

test("what is known of a list is of its moment alone", async () => {
  const account = await roster.account();
  const scim = roster.scim(account.secret);
  const ids: string[] = [account.ownerId];
  for (let i = 0; i < 6; i += 1) ids.push(idOf(await addPerson(scim, `p${i}`, { title: i % 2 === 0 ? "even" : "odd" })));
  const page = async (query: string) => {
    const { body } = await scim("GET", `/Users?${query}`);
    return [body["totalResults"], Object(body["Resources"]).map(idOf)];
  };
  // Twice each, and from places that are known, beside others that are not.
  for (const start of [1, 3, 3, 5, 4, 7, 2, 8]) {
    expect(await page(`startIndex=${start}&count=2`)).toEqual([7, ids.slice(start - 1, start + 1)]);
  }
  expect(await page('filter=title eq "even"&startIndex=2&count=1')).toEqual([3, [ids[3]]]);
  await scim("DELETE", `/Users/${ids[1]}`);
  expect(await page("startIndex=3&count=2")).toEqual([6, [ids[3], ids[4]]]);
  expect(await page('filter=title eq "even"&startIndex=2&count=1')).toEqual([2, [ids[5]]]);
  await scim("PATCH", `/Users/${ids[2]}`, { Operations: [{ op: "replace", path: "title", value: "even" }] });
  expect(await page('filter=title eq "even"&startIndex=1&count=9')).toEqual([3, [ids[2], ids[3], ids[5]]]);
  expect(await page('filter=title eq "even"&startIndex=3&sortBy=meta.lastModified')).toEqual([3, [ids[2]]]);
});
