import { expect, test } from "vitest";
import { revokeApiKey, updateApiKey } from "../../../src/directory/keys/api-keys.ts";
import type { ClientCertificate } from "../../../src/directory/keys/proof.ts";
import { SECOND } from "../../../src/directory/values/clock.ts";
import { testAccount } from "../../support/account.ts";
import { keyOf } from "./keys.ts";
import { useKnownKeys } from "./known-key.ts";

const keys = useKnownKeys();
const INVALID = { reason: "API_KEY_INVALID" };
let made = 0;

/** A key with a name of its own, and a certificate with that name. */
async function openWithCertificate() {
  const opened = await keys.open();
  made += 1;
  const name = `spiffe://example.org/service-${made}`;
  const { account, admin, key, now } = opened;
  await account.write((tx) => updateApiKey(tx, admin, key.id, { certificateNames: [name] }));
  const certificate: ClientCertificate = {
    names: ["unknown.example.org", name],
    fingerprint: `fingerprint ${made}`,
    expireTime: now() + 60 * SECOND,
  };
  return { ...opened, certificate, name };
}

test("a certificate that is known costs no read, for four seconds", async () => {
  const { login, certificate, key, watched, time } = await openWithCertificate();
  for (let times = 0; times < 100; times += 1) expect(keyOf(await login(certificate)).id).toBe(key.id);
  expect(watched.reads).toBe(1);
  time.ahead += 4 * SECOND;
  await login(certificate);
  expect(watched.reads).toBe(2);
});

test("each certificate is known for itself, and so is the secret", async () => {
  const { login, certificate, secret, watched } = await openWithCertificate();
  await login(certificate);
  await expect(login({ ...certificate, names: ["unknown"], fingerprint: "other" })).rejects.toMatchObject(INVALID);
  expect(keyOf(await login(secret)).id).toBe(keyOf(await login(certificate)).id);
  expect(watched.reads).toBe(3);
});

test("one without names costs no read, and proves nobody", async () => {
  const { login, certificate, watched } = await openWithCertificate();
  await expect(login({ ...certificate, names: [], fingerprint: "none" })).rejects.toMatchObject(INVALID);
  expect(watched.reads).toBe(0);
});

test("it proves nobody from its end on", async () => {
  const { login, certificate, time, now } = await openWithCertificate();
  await login(certificate);
  time.ahead += certificate.expireTime - now();
  await expect(login(certificate)).rejects.toMatchObject(INVALID);
});

test("a revocation counts at once on the server that did it, and within five seconds on others", async () => {
  const here = await openWithCertificate();
  await here.login(here.certificate);
  await here.account.write((tx) => revokeApiKey(tx, here.admin, here.key.id));
  await expect(here.login(here.certificate)).rejects.toMatchObject(INVALID);
  const { account, admin, key, login, certificate, time } = await openWithCertificate();
  await login(certificate);
  await testAccount(keys.otherStore(), account.id).write((tx) => updateApiKey(tx, admin, key.id, { certificateNames: [] }));
  time.ahead += 5 * SECOND - 1;
  await expect(login(certificate)).rejects.toMatchObject(INVALID);
});

test("a read that was under way when the name was taken away is not remembered", async () => {
  const { account, admin, key, login, certificate, watched } = await openWithCertificate();
  let letGo = () => {};
  watched.hold = new Promise((resolve) => {
    letGo = resolve;
  });
  const early = login(certificate);
  await expect.poll(() => watched.reads).toBe(1);
  await account.write((tx) => updateApiKey(tx, admin, key.id, { certificateNames: [] }));
  letGo();
  await early;
  await expect(login(certificate)).rejects.toMatchObject(INVALID);
});

test("with the names of two keys it proves neither, until one of them is given up", async () => {
  const { account, admin, login, certificate, issue, key, name } = await openWithCertificate();
  const other = await issue();
  const set = (id: string, certificateNames: string[]) =>
    account.write((tx) => updateApiKey(tx, admin, id, { certificateNames }));
  await set(other.key.id, [`${name}/other`]);
  const both = { ...certificate, names: [name, `${name}/other`], fingerprint: `both ${made}` };
  await expect(login(both)).rejects.toMatchObject(INVALID);
  await set(other.key.id, []);
  expect(keyOf(await login(both)).id).toBe(key.id);
});
