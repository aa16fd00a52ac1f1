import { describe, expect, test } from "vitest";
import { isBinary } from "../../../src/rpc/pipeline/codec.ts";

function post(type: string | undefined): boolean {
  const requestHeader = new Headers(type === undefined ? {} : { "content-type": type });
  return isBinary({ requestHeader, requestMethod: "POST", url: "http://localhost/roster.v1.UserService/GetUser" });
}

function get(query: string): boolean {
  const url = `http://localhost/roster.v1.UserService/GetUser?connect=v1&${query}`;
  return isBinary({ requestHeader: new Headers(), requestMethod: "GET", url });
}

describe("an answer is binary", () => {
  test.each([
    "application/proto",
    "application/connect+proto",
    "application/grpc",
    "application/grpc+proto",
    "application/grpc-web",
    "application/grpc-web+proto",
    "Application/GRPC+Proto",
    "application/proto; charset=utf-8",
    "application/proto ;x",
  ])("for the content type %s", (type) => expect(post(type)).toBe(true));

  test("on a port that speaks nothing else, whose headers do not tell", () => {
    expect(isBinary({ alwaysBinary: true, requestHeader: new Headers() })).toBe(true);
  });

  test("for a GET with encoding=proto", () => expect(get("encoding=proto&message=")).toBe(true));
});

describe("an answer is not binary, or not known to be", () => {
  test.each([
    undefined,
    "",
    "application/json",
    "application/connect+json",
    "application/grpc+json",
    "application/grpc-web+json",
    "application/grpc-web-text",
    "application/grpc+thrift",
    "application/protobuf",
    "application/proto+json",
    "application/x-proto",
    "text/plain; type=application/proto",
    "application/xml",
  ])("for the content type %s", (type) => expect(post(type)).toBe(false));

  test.each(["encoding=json", "encoding=xml", "", "encoding=PROTO"])("for a GET with %j", (query) =>
    expect(get(query)).toBe(false),
  );
});
