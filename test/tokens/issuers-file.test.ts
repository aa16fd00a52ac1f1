import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportJWK, generateKeyPair } from "jose";
import { expect, test } from "vitest";
import { IssuersFileError, parseIssuers, readIssuersFile } from "../../src/tokens/issuers-file.ts";
import { testFolder } from "../support/folder.ts";

const LEAST = {
  issuer: "https://login.example.com",
  audiences: ["roster"],
  account: "default",
  user: { external_id: "sub" },
};

function parse(...issuers: object[]) {
  return parseIssuers(JSON.stringify({ issuers }));
}

function mistakes(document: unknown): string[] {
  try {
    parseIssuers(typeof document === "string" ? document : JSON.stringify(document));
  } catch (error) {
    if (error instanceof IssuersFileError) return error.message.split("\n");
    throw error;
  }
  return [];
}

test("what is left out has its default", () => {
  expect(parse(LEAST)).toEqual([
    {
      url: "https://login.example.com",
      keys: { kind: "discovery" },
      audiences: ["roster"],
      algorithms: ["RS256", "ES256", "EdDSA"],
      clockToleranceSeconds: 30,
      requiredClaims: [],
      account: { fixed: "default" },
      user: { kind: "externalId", claim: ["sub"] },
      role: { fixed: "SELF" },
      newUser: undefined,
      console: undefined,
    },
  ]);
});

test("an issuer that says everything is taken at its word", async () => {
  const { publicKey } = await generateKeyPair("ES256");
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "1" }] };
  const [issuer] = parse({
    issuer: "https://login.example.com/",
    jwks,
    audiences: ["roster", "api"],
    algorithms: ["ES256"],
    clock_tolerance_seconds: 0,
    required_claims: { hd: "example.com", amr: null },
    account: { claim: "org", values: { acme: "A1" }, default: "A2" },
    user: { email: "email" },
    role: { claim: ["realm_access", "roles"], values: { boss: "ADMIN", staff: "READER" }, default: "SELF" },
    create_users: { name: "name", display_name: "nick", email: "email", status: "INVITED" },
    console: { client_id: "roster-console", scope: "openid profile", name: "Acme", origins: ["https://tokens.example.com"] },
  });
  expect(issuer).toEqual({
    url: "https://login.example.com/",
    keys: { kind: "inline", keys: jwks },
    audiences: ["roster", "api"],
    algorithms: ["ES256"],
    clockToleranceSeconds: 0,
    requiredClaims: [
      { claim: ["hd"], value: "example.com" },
      { claim: ["amr"], value: null },
    ],
    account: { claim: ["org"], values: new Map([["acme", "A1"]]), otherwise: "A2" },
    user: { kind: "email", claim: ["email"] },
    role: {
      claim: ["realm_access", "roles"],
      values: new Map([
        ["boss", "ADMIN"],
        ["staff", "READER"],
      ]),
      otherwise: "SELF",
    },
    newUser: { name: ["name"], displayName: ["nick"], email: ["email"], status: "INVITED" },
    console: { clientId: "roster-console", scope: "openid profile", name: "Acme", origins: ["https://tokens.example.com"] },
  });
});

test("every mistake is named, with its place", () => {
  const issuers = [
    { ...LEAST, audiences: [], algorithms: ["none", "HS256"], nonsense: 1 },
    { issuer: "http://login.example.com", account: 7, user: { id: "sub", email: "email" }, role: { claim: "roles" } },
    { ...LEAST, issuer: "https://other.example.com", console: { origins: ["https://a.example.com/path", "https://*"] } },
  ];
  const found = mistakes({ issuers, more: true });
  for (const part of [
    'the file: unknown name "more"',
    'issuers.0: unknown name "nonsense"',
    "issuers.0.audiences: ",
    "issuers.0.algorithms.0: must be one of RS256",
    "issuers.0.algorithms.1: must be one of RS256",
    "issuers.1: must have required property 'audiences'",
    "issuers.1.issuer: must be an https URL",
    "issuers.1.account: ",
    "issuers.1.user: ",
    "issuers.1.role: must have required property 'values'",
    "issuers.2.console: must have required property 'client_id'",
    "issuers.2.console.origins.0: must be an https origin",
    "issuers.2.console.origins.1: must be an https origin",
  ]) {
    expect(found).toContainEqual(expect.stringContaining(part));
  }
});

test.each([
  ["text that is no JSON", "{", "is not JSON"],
  ["no list", "{}", "must have required property 'issuers'"],
  [
    "a console at any host",
    { issuers: [{ ...LEAST, issuer: "https://*/", console: { client_id: "c" } }] },
    "issuers.0.issuer: must name a host",
  ],
  ["one issuer twice", { issuers: [LEAST, LEAST] }, "issuers.1.issuer: is there twice"],
  [
    "two sources of keys",
    { issuers: [{ ...LEAST, jwks_uri: "https://a.example/k", jwks: { keys: [{ kty: "OKP", crv: "Ed25519", x: "x" }] } }] },
    "takes jwks_uri or jwks, not both",
  ],
  ["a shared secret", { issuers: [{ ...LEAST, jwks: { keys: [{ kty: "oct", k: "c2VjcmV0" }] } }] }, "shared secret"],
  ["a private key", { issuers: [{ ...LEAST, jwks: { keys: [{ kty: "EC", crv: "P-256", d: "x" }] } }] }, "private key"],
])("%s is refused", (_, document, message) => {
  expect(mistakes(document).join("\n")).toContain(message);
});

test("plain HTTP is taken on this machine only", () => {
  expect(mistakes({ issuers: [{ ...LEAST, issuer: "http://127.0.0.1:8080" }] })).toEqual([]);
  expect(mistakes({ issuers: [{ ...LEAST, issuer: "http://localhost.example.com" }] })).toHaveLength(1);
});

test("a file that can't be read says why", () => {
  const path = join(testFolder(), "issuers.json");
  expect(() => readIssuersFile(path)).toThrow(/can't be read: ENOENT/);
  writeFileSync(path, JSON.stringify({ issuers: [LEAST] }));
  expect(readIssuersFile(path)).toHaveLength(1);
});
