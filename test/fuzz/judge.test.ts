import { create, toBinary, toJsonString } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { encodeEnvelope } from "@connectrpc/connect/protocol";
import { errorToJsonBytes } from "@connectrpc/connect/protocol-connect";
import { setTrailerStatus } from "@connectrpc/connect/protocol-grpc";
import { trailerFlag, trailerSerialize } from "@connectrpc/connect/protocol-grpc-web";
import { describe, expect, test } from "vitest";
import { judge } from "../../fuzz/judge/judge.ts";
import type { Shot } from "../../fuzz/requests/shot.ts";
import type { Answer } from "../../fuzz/send/answer.ts";
import { ErrorInfoSchema, RequestInfoSchema } from "../../gen/google/rpc/error_details_pb.js";
import { GetUserResponseSchema } from "../../gen/roster/v1/user_service_pb.js";

/** The fuzz is a test: these are tests of it. Each hands it an answer. */
const METHOD = "roster.v1.UserService/GetUser";
const SHOT: Shot = {
  port: "http",
  http: 2,
  verb: "POST",
  path: `/${METHOD}`,
  headers: [],
  body: Buffer.alloc(0),
  method: METHOD,
};

function answer(type: string, body: Uint8Array | string, { status = 200, trailer = new Headers() } = {}): Answer {
  return {
    kind: "answered",
    status,
    header: new Headers({ "content-type": type }),
    trailer,
    body: Buffer.from(body),
    left: false,
  };
}

const found = (given: Answer, shot = SHOT) => judge(shot, GetUserResponseSchema, given).finding;

const USER = create(GetUserResponseSchema, { user: { id: "ada" } });
const BYTES = toBinary(GetUserResponseSchema, USER);

function error(code: Code, reason = "USER_NOT_FOUND", domain = "roster", message = "there is no such user"): ConnectError {
  const details = [
    { desc: ErrorInfoSchema, value: { reason, domain } },
    { desc: RequestInfoSchema, value: { requestId: "1" } },
  ];
  return new ConnectError(message, code, undefined, details);
}

/** An error as each protocol says it. */
const WAYS: ReadonlyArray<readonly [string, (error: ConnectError) => Answer]> = [
  ["Connect", (thrown) => answer("application/json", errorToJsonBytes(thrown, undefined), { status: 404 })],
  ["gRPC", (thrown) => answer("application/grpc", "", { trailer: setTrailerStatus(new Headers(), thrown) })],
  [
    "gRPC-Web",
    (thrown) => {
      const trailer = trailerSerialize(setTrailerStatus(new Headers(), thrown));
      return answer("application/grpc-web", encodeEnvelope(trailerFlag, trailer));
    },
  ],
];

test.each([
  ["JSON", answer("application/json", toJsonString(GetUserResponseSchema, USER))],
  ["protobuf", answer("application/proto", BYTES)],
  ["gRPC", answer("application/grpc", encodeEnvelope(0, BYTES), { trailer: new Headers({ "grpc-status": "0" }) })],
])("finds nothing in a user: %s", (_, given) => {
  expect(judge(SHOT, GetUserResponseSchema, given)).toMatchObject({ finding: undefined, outcome: "OK", messages: [USER] });
});

describe.each(WAYS)("%s", (_, given) => {
  test("finds nothing in an error as it should be", () => {
    expect(found(given(error(Code.NotFound)))).toBeUndefined();
  });

  test.each([
    ["INTERNAL", error(Code.Internal, "INTERNAL"), /^Internal/],
    ["UNKNOWN", error(Code.Unknown), /^Unknown/],
    ["no reason", new ConnectError("no", Code.NotFound), /without a reason/],
    ["a reason of somebody else's", error(Code.NotFound, "USER_NOT_FOUND", "example.com"), /without a reason/],
    ["a reason of another code", error(Code.Aborted), /does not belong to its code/],
    ["a text without end", error(Code.NotFound, "USER_NOT_FOUND", "roster", "x".repeat(1_000)), /1000 characters/],
  ])("finds %s", (_name, thrown, finding) => {
    expect(found(given(thrown))).toMatch(finding);
  });
});

test.each([
  ["silence", { kind: "silent", milliseconds: 30_000 }, /no answer in 30 seconds/],
  ["a connection that is closed", { kind: "broken", why: "socket hang up" }, /no answer: socket hang up/],
  ["bytes that are no message", answer("application/proto", "\xff\xff\xff"), /no answer of its protocol/],
  ["JSON of another message", answer("application/json", '{"users":[]}'), /no answer of its protocol/],
  ["a page", answer("text/html", "<html>"), /content type "text\/html"/],
  ["gRPC without a status", answer("application/grpc", encodeEnvelope(0, BYTES)), /without a status/],
  ["half an envelope", answer("application/grpc", "\0\0\0"), /half a message/],
  ["gRPC-Web without trailers", answer("application/grpc-web", encodeEnvelope(0, BYTES)), /without trailers/],
  ["a stream of Connect that breaks off", answer("application/connect+proto", encodeEnvelope(0, BYTES)), /without an end/],
] as const)("finds %s", (_, given, finding) => {
  expect(found(given)).toMatch(finding);
});

test("a request that is none of HTTP may be refused by HTTP", () => {
  const bare = { ...answer("", "", { status: 400 }), header: new Headers() };
  expect(found(bare, { ...SHOT, http: 1, spoilt: "another path" })).toBeUndefined();
  expect(found(bare, { ...SHOT, http: 1 })).toMatch(/HTTP 400/);
});
