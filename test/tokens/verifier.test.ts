import { CompactEncrypt, generateKeyPair, SignJWT } from "jose";
import { expect, test, vi } from "vitest";
import { RosterError } from "../../src/directory/errors.ts";
import { createLog } from "../../src/log.ts";
import { issuerKeys } from "../../src/tokens/issuer-keys.ts";
import { parseIssuers } from "../../src/tokens/issuers-file.ts";
import { verifyTokens } from "../../src/tokens/verifier.ts";
import { AUDIENCE, signingKey, startIssuer, type TestIssuer } from "../support/issuer.ts";

const LOG = createLog("silent");

function verifierOf(issuer: TestIssuer, settings: object = {}, elapsed?: () => number) {
  const least = { issuer: issuer.url, audiences: [AUDIENCE], account: "default", user: { external_id: "sub" } };
  return verifierOfFile({ issuers: [{ ...least, ...settings }] }, elapsed);
}

function verifierOfFile(document: object, elapsed?: () => number) {
  return verifyTokens(parseIssuers(JSON.stringify(document)), (each) => issuerKeys(each, LOG, elapsed));
}

async function reasonOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof RosterError ? error.reason : `answered, or failed with ${String(error)}`;
}

test("a token of a trusted issuer tells who its bearer is", async () => {
  const issuer = await startIssuer();
  const exp = Math.floor(Date.now() / 1000) + 100;
  expect(await verifierOf(issuer)(await issuer.token({ exp }))).toEqual({
    issuer: issuer.url,
    subject: "ada",
    expireTime: (exp + 30) * 1_000_000,
    accountId: "default",
    role: "SELF",
    user: { kind: "externalId", key: "ada" },
    newUser: undefined,
  });
});

test.each(["ES256", "RS256", "EdDSA"] as const)("%s is taken as it is", async (alg) => {
  const issuer = await startIssuer();
  issuer.keys = [await signingKey("only", alg)];
  expect((await verifierOf(issuer)(await issuer.token())).subject).toBe("ada");
});

const now = () => Math.floor(Date.now() / 1000);
const unsigned = (header: object, claims: object) =>
  `${[header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".")}.`;

const FORGERIES: Array<[string, (issuer: TestIssuer) => Promise<string> | string]> = [
  [
    "no signature (alg none)",
    ({ url }) => unsigned({ alg: "none" }, { iss: url, aud: AUDIENCE, sub: "ada", exp: now() + 60 }),
  ],
  [
    "an HMAC with the public key as its secret",
    ({ url, keys }) =>
      new SignJWT({})
        .setProtectedHeader({ alg: "HS256", kid: "first" })
        .setIssuer(url)
        .setAudience(AUDIENCE)
        .setSubject("ada")
        .setExpirationTime("1m")
        .sign(Buffer.from(JSON.stringify(keys[0]?.publicJwk).padEnd(64))),
  ],
  ["the key of another issuer under a known name", async (issuer) => issuer.token({}, { key: await signingKey("first") })],
  ["a key that the issuer does not have", async (issuer) => issuer.token({}, { key: await signingKey("unknown") })],
  [
    "an algorithm that is not allowed",
    async (issuer) => {
      issuer.keys = [await signingKey("first", "ES384")];
      return issuer.token();
    },
  ],
  ["another audience", (issuer) => issuer.token({ aud: "other" })],
  ["no audience", (issuer) => issuer.token({ aud: undefined })],
  ["another issuer", (issuer) => issuer.token({ iss: "https://elsewhere.example" })],
  ["no issuer", (issuer) => issuer.token({ iss: undefined })],
  ["no end", (issuer) => issuer.token({ exp: undefined })],
  ["an end that is past", (issuer) => issuer.token({ exp: now() - 40 })],
  ["a beginning that is still to come", (issuer) => issuer.token({ nbf: now() + 40 })],
  ["no subject", (issuer) => issuer.token({ sub: undefined })],
  [
    "encryption",
    async () => {
      const { publicKey } = await generateKeyPair("RSA-OAEP-256");
      return new CompactEncrypt(Buffer.from("{}"))
        .setProtectedHeader({ alg: "RSA-OAEP-256", enc: "A256GCM" })
        .encrypt(publicKey);
    },
  ],
  ["64 KB", (issuer) => issuer.token({ padding: "x".repeat(65_536) })],
  ["claims that are no object", () => `${Buffer.from('{"alg":"ES256"}').toString("base64url")}.W10.AA`],
  ["no form at all", () => "a.b.c"],
];

test.each(FORGERIES)("a token with %s is refused, with one answer for all", async (_, forge) => {
  const issuer = await startIssuer();
  expect(await reasonOf(verifierOf(issuer)(await forge(issuer)))).toBe("TOKEN_INVALID");
});

test("an extension that must be understood is refused although its signature is good", async () => {
  const issuer = await startIssuer();
  const [key] = issuer.keys;
  const token = await issuer.token();
  const head = Buffer.from(JSON.stringify({ alg: "ES256", kid: "first", crit: ["x"], x: 1 })).toString("base64url");
  const body = `${head}.${token.split(".")[1]}`;
  const signature = await crypto.subtle.sign(
    { name: "ECDSA", hash: "SHA-256" },
    (key ?? expect.fail()).privateKey,
    Buffer.from(body),
  );
  expect(await reasonOf(verifierOf(issuer)(`${body}.${Buffer.from(signature).toString("base64url")}`))).toBe(
    "TOKEN_INVALID",
  );
});

test("clocks may differ by the tolerance", async () => {
  const issuer = await startIssuer();
  const verify = verifierOf(issuer, { clock_tolerance_seconds: 20 });
  expect((await verify(await issuer.token({ exp: now() - 10 }))).subject).toBe("ada");
  expect(await reasonOf(verify(await issuer.token({ exp: now() - 25 })))).toBe("TOKEN_INVALID");
});

test("a new key is fetched when a token names it, and the old one ends with it", async () => {
  const issuer = await startIssuer();
  let elapsed = 0;
  const verify = verifierOf(issuer, {}, () => elapsed);
  const old = await issuer.token();
  await verify(old);
  issuer.keys = [await signingKey("second")];
  const fresh = await issuer.token();
  expect(await reasonOf(verify(fresh))).toBe("TOKEN_INVALID");
  elapsed += 10_000;
  expect((await verify(fresh)).subject).toBe("ada");
  expect(await reasonOf(verify(old))).toBe("TOKEN_INVALID");
  expect(issuer.fetches()).toBe(2);
});

test("keys are fetched anew now and then, so that a withdrawn one ends, without anybody waiting", async () => {
  const issuer = await startIssuer();
  let elapsed = 0;
  const verify = verifierOf(issuer, {}, () => elapsed);
  const token = await issuer.token();
  await verify(token);
  issuer.keys = [await signingKey("second")];
  elapsed += 601_000;
  expect((await verify(token)).subject).toBe("ada");
  await expect.poll(() => reasonOf(verify(token))).toBe("TOKEN_INVALID");
});

test("unknown keys do not make the issuer be asked again and again", async () => {
  const issuer = await startIssuer();
  const verify = verifierOf(issuer);
  await verify(await issuer.token());
  for (let n = 0; n < 20; n += 1) {
    expect(await reasonOf(verify(await issuer.token({}, { key: await signingKey(`unknown ${n}`) })))).toBe("TOKEN_INVALID");
  }
  expect(issuer.fetches()).toBe(1);
});

test("parallel first calls fetch the keys once", async () => {
  const issuer = await startIssuer();
  const verify = verifierOf(issuer);
  const tokens = await Promise.all(Array.from({ length: 20 }, (_, n) => issuer.token({ sub: `user ${n}` })));
  await Promise.all(tokens.map(verify));
  expect(issuer.fetches()).toBe(1);
});

test("while the issuer is out of reach, known keys go on and others are to be tried again", async () => {
  const issuer = await startIssuer();
  issuer.reachable = false;
  const [before, after] = [verifierOf(issuer), verifierOf(issuer)];
  expect(await reasonOf(before(await issuer.token()))).toBe("ISSUER_UNAVAILABLE");
  issuer.reachable = true;
  await vi.waitFor(async () => expect((await before(await issuer.token())).subject).toBe("ada"), 5_000);
  expect((await after(await issuer.token())).subject).toBe("ada");
  issuer.reachable = false;
  expect((await after(await issuer.token({ sub: "eve" }))).subject).toBe("eve");
});

test("a discovery document of another issuer is not believed", async () => {
  const [issuer, other] = [await startIssuer(), await startIssuer()];
  const document = {
    issuers: [{ issuer: `${issuer.url}/`, audiences: [AUDIENCE], account: "default", user: { id: "sub" } }],
  };
  const verify = verifierOfFile(document);
  expect(await reasonOf(verify(await issuer.token({ iss: `${issuer.url}/` })))).toBe("ISSUER_UNAVAILABLE");
  expect(await reasonOf(verifierOf(other)(await issuer.token()))).toBe("TOKEN_INVALID");
});

test("keys may stand in the file: then the issuer is never asked", async () => {
  const issuer = await startIssuer();
  issuer.reachable = false;
  const verify = verifierOf(issuer, { jwks: { keys: issuer.keys.map(({ publicJwk }) => publicJwk) } });
  expect((await verify(await issuer.token())).subject).toBe("ada");
});

test("claims lead to account, role and user by the tables of the file", async () => {
  const issuer = await startIssuer();
  const verify = verifierOf(issuer, {
    account: { claim: "org", values: { acme: "A1", apex: "A2" } },
    role: { claim: ["realm", "roles"], values: { staff: "READER", boss: "ADMIN" }, default: "SELF" },
    user: { email: "email" },
    required_claims: { hd: "example.com" },
    create_users: { name: "name", email: "email" },
  });
  const claims = { org: "acme", hd: "example.com", email: "Ada@Example.com", email_verified: true, name: "Ada" };
  const verifyWith = async (more: object) => verify(await issuer.token({ ...claims, ...more }));
  expect(await verifyWith({ realm: { roles: ["staff", "boss", "x"] } })).toMatchObject({
    accountId: "A1",
    role: "ADMIN",
    user: { kind: "email", key: "Ada@Example.com" },
    newUser: { name: "Ada", email: "Ada@Example.com", status: "ACTIVE" },
  });
  expect(await verifyWith({ org: ["apex"] })).toMatchObject({ accountId: "A2", role: "SELF" });
  for (const refused of [
    { org: "unknown" },
    { org: ["acme", "apex"] },
    { org: undefined },
    { hd: "elsewhere.example" },
    { hd: undefined },
    { email_verified: false },
    { email_verified: undefined },
    { email: ["a@b.org"] },
    { email: "" },
  ]) {
    expect([refused, await reasonOf(verifyWith(refused))]).toEqual([refused, "TOKEN_INVALID"]);
  }
});

test("an e-mail address that is not verified is not given to a new user", async () => {
  const issuer = await startIssuer();
  const verify = verifierOf(issuer, { create_users: { email: "email", display_name: "nick" } });
  const { newUser } = await verify(await issuer.token({ email: "boss@example.com", nick: "Ada" }));
  expect(newUser).toEqual({ displayName: "Ada", status: "ACTIVE" });
});
