import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { createAuthority } from "../support/certificates.ts";
import { testFolder } from "../support/folder.ts";
import { problemsOf } from "./problems.ts";

function makeFiles() {
  const folder = testFolder();
  const [one, two] = [createAuthority(folder, "one"), createAuthority(folder, "two")];
  return {
    own: { ROSTER_TLS_CERTIFICATE: one.files.certificate, ROSTER_TLS_KEY: one.files.key },
    two,
    file(name: string, text: string): string {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    },
  };
}

test("takes a certificate and its key; clients are not asked for theirs", () => {
  const { own } = makeFiles();
  expect(loadConfig(own).tls).toEqual({
    certificate: readFileSync(own.ROSTER_TLS_CERTIFICATE, "utf8"),
    key: readFileSync(own.ROSTER_TLS_KEY, "utf8"),
    clients: undefined,
  });
});

test("refuses a certificate without its key, the key of another, and what is neither", () => {
  const { own, two, file } = makeFiles();
  const garbage = file("garbage.pem", "garbage");
  const problems = (certificate: string, key: string) =>
    problemsOf({ ROSTER_TLS_CERTIFICATE: certificate, ROSTER_TLS_KEY: key }).join();
  expect(problems(own.ROSTER_TLS_CERTIFICATE, "")).toContain("set both or neither");
  expect(problems("", own.ROSTER_TLS_KEY)).toContain("set both or neither");
  expect(problems(own.ROSTER_TLS_CERTIFICATE, two.files.key)).toContain("not that of the certificate");
  expect(problems(garbage, own.ROSTER_TLS_KEY)).toContain("must be a file with a certificate");
  expect(problems(own.ROSTER_TLS_CERTIFICATE, garbage)).toContain("must be a file with a private key");
});

test("client certificates are optional where authorities are named, unless they are required", () => {
  const { own, two } = makeFiles();
  const env = { ...own, ROSTER_TLS_CLIENT_CA: two.files.certificate };
  expect(loadConfig(env).tls?.clients).toEqual({ ca: two.certificate, required: false });
  expect(loadConfig({ ...env, ROSTER_TLS_CLIENT_AUTH: "optional" }).tls?.clients?.required).toBe(false);
  expect(loadConfig({ ...env, ROSTER_TLS_CLIENT_AUTH: "required" }).tls?.clients?.required).toBe(true);
});

test("several authorities may be in one file, and each has to be a certificate", () => {
  const { own, two, file } = makeFiles();
  const both = `${readFileSync(own.ROSTER_TLS_CERTIFICATE, "utf8")}\n# the second\n${two.certificate}`;
  const load = (text: string) => ({ ...own, ROSTER_TLS_CLIENT_CA: file("ca.pem", text) });
  expect(loadConfig(load(both)).tls?.clients?.ca).toBe(both);
  const broken = `${both}-----BEGIN CERTIFICATE-----\nbm8=\n-----END CERTIFICATE-----\n`;
  for (const text of ["", "garbage", two.key, broken]) {
    expect(problemsOf(load(text)).join()).toMatch(/^ROSTER_TLS_CLIENT_CA=.*: must be a file with certificates in PEM/);
  }
});

test("cleartext ports take no client certificates: the settings are mistakes there", () => {
  const { two } = makeFiles();
  const ca = { ROSTER_TLS_CLIENT_CA: two.files.certificate };
  expect(problemsOf(ca)).toEqual([expect.stringMatching(/^ROSTER_TLS_CLIENT_CA: set ROSTER_TLS_CERTIFICATE and /)]);
  expect(problemsOf({ ROSTER_TLS_CLIENT_AUTH: "required" })).toEqual([
    expect.stringMatching(/^ROSTER_TLS_CLIENT_AUTH: set ROSTER_TLS_CLIENT_CA/),
  ]);
});

test("asks for certificates in no other way", () => {
  const { own, two } = makeFiles();
  const env = { ...own, ROSTER_TLS_CLIENT_CA: two.files.certificate, ROSTER_TLS_CLIENT_AUTH: "none" };
  expect(problemsOf(env)).toEqual(["ROSTER_TLS_CLIENT_AUTH=none: must be one of optional, required"]);
});
