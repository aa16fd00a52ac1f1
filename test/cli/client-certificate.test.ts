import { ApiKeyRole, createRosterClient } from "@roster/client";
import { beforeAll, expect, test } from "vitest";
import { ProfileStore } from "../../src/cli/profiles/store.ts";
import { BILLING, useCertificates } from "../server/mtls.ts";
import { testFolder } from "../support/folder.ts";
import type { TestServer } from "../support/server.ts";
import { callerOf, roster, rosterJson } from "./run.ts";

const certificates = useCertificates();
let server: TestServer;
beforeAll(async () => {
  server = await certificates.start(true);
});

/** Trusts the authority, and shows nothing. */
const trusting = () => ({
  ROSTER_SERVER: server.url,
  NODE_EXTRA_CA_CERTS: certificates.authority.files.certificate,
  ROSTER_API_KEY: "",
});

const showing = () => ({
  ...trusting(),
  ROSTER_CLIENT_CERTIFICATE: certificates.billing.files.certificate,
  ROSTER_CLIENT_KEY: certificates.billing.files.key,
});

test("the command line shows a certificate: beside a key, or in place of one", async () => {
  const args = ["keys", "create", "--name", "Billing", "--role", "admin", "--certificate-name", BILLING, "billing"];
  const created = await roster(args, { env: { ...showing(), ROSTER_API_KEY: server.secret } });
  expect(created).toMatchObject({ code: 0, stderr: "" });
  const { id } = JSON.parse(created.stdout);
  const shown = { code: 0, stdout: expect.stringContaining(`"certificate_names":["${BILLING}","billing"]`) };
  expect(await roster(["keys", "get", id], { env: showing() })).toMatchObject(shown);
  const { certificate, key } = certificates.billing.files;
  const flags = ["--client-certificate", certificate, "--client-key", key];
  expect(await roster(["keys", "get", id, ...flags], { env: trusting() })).toMatchObject(shown);
});

test("without one that the server asks for there is no connection, and the command says so", async () => {
  const { code, stderr } = await roster(["keys", "list", "--api-key", server.secret], { env: trusting() });
  expect({ code, stderr }).toEqual({
    code: 6,
    stderr: expect.stringMatching(
      /^roster: can't reach the server at .*certificate required.*\nnext: .*--client-certificate/,
    ),
  });
});

test("a certificate needs its key, and both must be what they are called", async () => {
  const { billing } = certificates;
  const list = (env: Record<string, string>) => roster(["keys", "list"], { env: { ...trusting(), ...env } });
  expect(await list({ ROSTER_CLIENT_KEY: billing.files.key })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("give both --client-certificate and --client-key"),
  });
  const swapped = { ROSTER_CLIENT_CERTIFICATE: billing.files.key, ROSTER_CLIENT_KEY: billing.files.certificate };
  expect(await list(swapped)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`${billing.files.key} must be a file with a certificate in PEM (`),
  });
  expect(await list({ ...showing(), ROSTER_CLIENT_KEY: "/nowhere.pem" })).toMatchObject({
    code: 2,
    stderr: "roster: /nowhere.pem must be a file with a private key in PEM (ENOENT)\n",
  });
});

test("--ca, ROSTER_SERVER_CA and profiles say whose certificates of servers are good", async () => {
  const { authority, billing } = certificates;
  const env = {
    ...callerOf(server),
    ROSTER_CLIENT_CERTIFICATE: billing.files.certificate,
    ROSTER_CLIENT_KEY: billing.files.key,
  };
  const whoAmI = (args: string[], more = {}) => rosterJson<{ key_from: string }>(["whoami", ...args], { ...env, ...more });
  await expect(whoAmI([])).rejects.toThrow(/can't reach the server at https:.*\nnext: --ca FILE names the authority/);
  expect(await whoAmI(["--ca", authority.files.certificate])).toMatchObject({ key_from: "ROSTER_API_KEY" });
  expect(await whoAmI([], { ROSTER_SERVER_CA: authority.files.certificate })).toMatchObject({ key_from: "ROSTER_API_KEY" });
  const given = { XDG_CONFIG_HOME: testFolder() };
  new ProfileStore(given).put("tls", {
    server: server.url,
    ca: authority.files.certificate,
    client_certificate: billing.files.certificate,
    client_key: billing.files.key,
    api_key: server.secret,
  });
  expect(await rosterJson(["whoami", "--profile", "tls"], given)).toMatchObject({ key_from: "profile tls" });
});

test("the client library shows one, too", async () => {
  const { authority, billing } = certificates;
  const name = "library.example.org";
  const library = authority.issue("library", { names: `DNS:${name}` });
  const open = ({ certificate, key }: typeof billing, apiKey?: string) =>
    createRosterClient({
      baseUrl: server.url,
      tls: { ca: authority.certificate, certificate, key },
      ...(apiKey !== undefined && { apiKey }),
    });
  const admin = open(billing, server.secret);
  const { apiKey } = await admin.apiKeys.createApiKey({
    apiKey: { displayName: "Library", role: ApiKeyRole.READER, certificateNames: [name] },
  });
  const client = open(library);
  expect((await client.apiKeys.whoAmI({})).apiKey?.id).toBe(apiKey?.id);
  admin.close();
  client.close();
});
