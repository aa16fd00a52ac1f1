import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { unknownSettings } from "../../src/config/unknown.ts";

test.each([
  ["ROSTER_HTTP_ADRESS", "ROSTER_HTTP_ADDRESS"],
  ["ROSTER_HTTPADDRESS", "ROSTER_HTTP_ADDRESS"],
  ["ROSTER_WORKER", "ROSTER_WORKERS"],
  ["ROSTER_LOGLEVEL", "ROSTER_LOG_LEVEL"],
  ["ROSTER_SEVER", "ROSTER_SERVER"],
  ["Roster_Api_Key", "ROSTER_API_KEY"],
  ["ROSTER_TSL_KEY", "ROSTER_TLS_KEY"],
])("%s is unknown, and %s is the nearest", (name, nearest) => {
  expect(unknownSettings({ [name]: "x" })).toEqual([{ name, nearest }]);
});

test("one that is near to none has no nearest", () => {
  expect(unknownSettings({ ROSTER_FAVOURITE_COLOUR: "red", ROSTER_: "" })).toEqual([
    { name: "ROSTER_FAVOURITE_COLOUR", nearest: undefined },
    { name: "ROSTER_", nearest: undefined },
  ]);
});

test("what is read, and what belongs to others, is not unknown", () => {
  const root = join(import.meta.dirname, "../../src");
  const source = globSync("**/*.ts", { cwd: root }).map((file) => readFileSync(join(root, file), "utf8"));
  const read = source.flatMap((text) => [...text.matchAll(/"(ROSTER_[A-Z_]+)"/g)].map(([, name]) => name ?? ""));
  expect(read).toEqual(expect.arrayContaining(["ROSTER_HTTP_ADDRESS", "ROSTER_SERVER", "ROSTER_API_KEY"]));
  const env = Object.fromEntries([...read, "PATH", "HTTP_ADDRESS", "MY_ROSTER_KEY"].map((name) => [name, "x"]));
  expect(unknownSettings(env)).toEqual([]);
});

test("what Kubernetes sets for services named after Roster is not unknown; a port that somebody has set is", () => {
  const ofServices = {
    ROSTER_SERVICE_HOST: "10.0.0.11",
    ROSTER_SERVICE_PORT: "8080",
    ROSTER_SERVICE_PORT_GRPC: "50051",
    ROSTER_PORT: "tcp://10.0.0.11:8080",
    ROSTER_PORT_8080_TCP: "tcp://10.0.0.11:8080",
    ROSTER_PORT_8080_TCP_PROTO: "tcp",
    ROSTER_PORT_8080_TCP_PORT: "8080",
    ROSTER_PORT_8080_TCP_ADDR: "10.0.0.11",
    ROSTER_DB_SERVICE_HOST: "10.0.0.12",
    ROSTER_DB_PORT: "tcp://10.0.0.12:5432",
    ROSTER_DB_PORT_5432_TCP: "tcp://10.0.0.12:5432",
  };
  expect(unknownSettings(ofServices)).toEqual([]);
  expect(unknownSettings({ ...ofServices, ROSTER_HTTP_PORT: "8080" })).toMatchObject([{ name: "ROSTER_HTTP_PORT" }]);
});
