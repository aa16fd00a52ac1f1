import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "../support/server.ts";

const APP = "https://app.example.com";
const LOCAL = "http://localhost:5173";

let server: TestServer;
let url: string;
beforeAll(async () => {
  server = await startTestServer({ corsOrigins: [APP, LOCAL] });
  url = `${server.url}/roster.v1.UserService/ListUsers`;
});
afterAll(() => server.stop());

function preflight(origin: string): Promise<Response> {
  const headers = {
    origin,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,connect-protocol-version,x-grpc-web",
  };
  return fetch(url, { method: "OPTIONS", headers });
}

function list(origin: string, secret = server.secret): Promise<Response> {
  const headers = { origin, "content-type": "application/json", authorization: `Bearer ${secret}` };
  return fetch(url, { method: "POST", headers, body: "{}" });
}

const namesIn = (response: Response, header: string) => response.headers.get(header)?.toLowerCase().split(/, */) ?? [];

describe.each([APP, LOCAL])("a page of %s", (origin) => {
  test("may call: the preflight allows its verbs, headers and origin", async () => {
    const response = await preflight(origin);
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe(origin);
    expect(namesIn(response, "access-control-allow-methods")).toEqual(expect.arrayContaining(["post", "get"]));
    expect(namesIn(response, "access-control-allow-headers")).toEqual(
      expect.arrayContaining([
        "authorization",
        "x-api-key",
        "content-type",
        "connect-protocol-version",
        "connect-timeout-ms",
        "grpc-timeout",
        "x-grpc-web",
        "x-user-agent",
      ]),
    );
    expect(Number(response.headers.get("access-control-max-age"))).toBeGreaterThan(0);
  });

  test.each(["success", "failure"])("may read an answer, the gRPC status included: %s", async (outcome) => {
    const response = await list(origin, outcome === "success" ? server.secret : "wrong");
    expect(response.status).toBe(outcome === "success" ? 200 : 401);
    expect(response.headers.get("access-control-allow-origin")).toBe(origin);
    expect(namesIn(response, "access-control-expose-headers")).toEqual(
      expect.arrayContaining(["grpc-status", "grpc-message", "grpc-status-details-bin"]),
    );
  });
});

test.each(["https://evil.example.com", "https://app.example.com.evil.com", "http://app.example.com", "null", "*"])(
  "a page of %s may neither call nor read",
  async (origin) => {
    for (const response of [await preflight(origin), await list(origin)]) {
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
      expect(response.headers.get("access-control-allow-headers")).toBeNull();
    }
  },
);

test("answers differ by origin, and caches are told so", async () => {
  expect(namesIn(await list(APP), "vary")).toContain("origin");
  expect(namesIn(await preflight("https://evil.example.com"), "vary")).toContain("origin");
});
