import { expect, test } from "vitest";
import type { JsonObject, JsonValue } from "../../src/directory/values/json.ts";
import { addPerson, ENTERPRISE, idOf, person, type Scim, scimFailure, useScim } from "./setup.ts";

const BULK = { schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"] };
const roster = useScim();

interface Result extends JsonObject {
  readonly status: string;
  readonly location: string;
  readonly response: JsonObject;
}

async function bulk(scim: Scim, operations: JsonValue, more: JsonObject = {}): Promise<Result[]> {
  const { status, body } = await scim("POST", "/Bulk", { ...BULK, Operations: operations, ...more });
  expect({ status, detail: body["detail"] }).toEqual({ status: 200, detail: undefined });
  return body["Operations"] as unknown as Result[];
}

const post = (userName: string, bulkId: string, more: JsonObject = {}) => ({
  ...{ method: "POST", path: "/Users", bulkId },
  data: person(userName, more),
});

test("each operation lands or fails by itself, in an order in which what is named is there", async () => {
  const { secret } = await roster.account();
  const scim = roster.scim(secret);
  const ada = await addPerson(scim, "ada");
  const gone = await addPerson(scim, "gone");
  const version = Object(ada["meta"]).version;
  const manager = (bulkId: string) => ({ [ENTERPRISE]: { manager: { value: `bulkId:${bulkId}` } } });
  const results = await bulk(scim, [
    post("worker", "w", manager("b")),
    { method: "patch", path: "/Users/bulkId:b", data: { Operations: [{ op: "add", path: "title", value: "Boss" }] } },
    post("ADA", "again"),
    post("boss", "b"),
    { method: "PUT", path: `/Users/${idOf(ada)}`, version, data: person("ada", { title: "1" }) },
    { method: "PUT", path: `/Users/${idOf(ada)}`, version, data: person("ada", { title: "2" }) },
    { method: "DELETE", path: `/Users/${idOf(gone)}` },
    { method: "DELETE", path: "/Users/nobody" },
    post("left", "l", manager("right")),
    post("right", "right", manager("l")),
    post("lost", "lost", manager("unheard")),
    { method: "POST", path: "/Groups", bulkId: "g", data: {} },
    { method: "POST", path: "/Users/.search", bulkId: "s", data: {} },
    { method: "DELETE", path: "/Users/%" },
  ]);
  expect(results.map(({ status }) => status)).toEqual([
    ...["201", "200", "409", "201", "200", "412", "204", "404", "409", "409", "409", "404", "404", "404"],
  ]);
  expect(results[2]).toMatchObject({ bulkId: "again", response: { scimType: "uniqueness", status: "409" } });
  const bossId = results[3]?.location.split("/").at(-1);
  const found = async (userName: string) => (await scim("GET", `/Users?filter=userName eq "${userName}"`)).body;
  expect(await found("worker")).toMatchObject({ Resources: [{ [ENTERPRISE]: { manager: { value: bossId } } }] });
  expect(await found("boss")).toMatchObject({ Resources: [{ id: bossId, title: "Boss" }] });
  expect(await found("ada")).toMatchObject({ Resources: [{ title: "1", meta: { version: results[4]?.["version"] } }] });
  for (const name of ["gone", "left", "right", "lost"]) expect(await found(name)).toMatchObject({ totalResults: 0 });
});

test("after as many errors as the client bears, the rest is left", async () => {
  const { secret } = await roster.account();
  const scim = roster.scim(secret);
  const operations = [post("a", "1"), post("A", "2"), post("b", "3"), post("", "4"), post("c", "5")];
  const some = await bulk(scim, operations, { failOnErrors: 2 });
  expect(some.map(({ status }) => status)).toEqual(["201", "409", "201", "400"]);
  expect((await scim("GET", "/Users")).body).toMatchObject({ totalResults: 3 });
  const few = await bulk(scim, [post("A", "1"), post("c", "2")], { failOnErrors: 1 });
  expect(few).toMatchObject([{ status: "409", bulkId: "1" }]);
});

test("a thousand operations are one Bulk, and one more is too many", async () => {
  const scim = roster.scim();
  const operations = Array.from({ length: 1000 }, (_, i) => ({ method: "DELETE", path: `/Users/nobody${i}` }));
  const results = await bulk(scim, operations);
  expect(results.map(({ status }) => status)).toEqual(operations.map(() => "404"));
  await scimFailure(scim("POST", "/Bulk", { Operations: [...operations, post("x", "x")] }), 413);
});

test("what is no Bulk is refused as a whole, and a key that does not work at once", async () => {
  const scim = roster.scim();
  for (const [body, scimType] of [
    [{}, "invalidSyntax"],
    [{ Operations: {} }, "invalidSyntax"],
    [{ Operations: [7] }, "invalidSyntax"],
    [{ Operations: [{ method: "GET", path: "/Users" }] }, "invalidSyntax"],
    [{ Operations: [{ method: "POST", path: 7 }] }, "invalidSyntax"],
    [{ schemas: ["x"], Operations: [] }, "invalidSyntax"],
    [{ Operations: [post("a", "")] }, "invalidValue"],
    [{ Operations: [post("a", "1"), post("b", "1")] }, "invalidValue"],
    [{ Operations: [], failOnErrors: -1 }, "invalidValue"],
    [{ Operations: [], failOnErrors: "1" }, "invalidValue"],
  ] as const) {
    await scimFailure(scim("POST", "/Bulk", body), 400, scimType);
  }
  await scimFailure(roster.scim("nonsense")("POST", "/Bulk", { Operations: [post("a", "1")] }), 401);
});
