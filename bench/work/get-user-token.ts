import { writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { fillDatabase } from "../harness/database.ts";
import { atLeast } from "../harness/outcome.ts";
import { databaseIn, type Server, startRoster } from "../harness/servers.ts";
import { callsPerSecond } from "../harness/unary.ts";
import type { Work } from "../harness/world.ts";
import { tryGetUser } from "./get-user.ts";

const WITH_TOKEN = "Roster, with a token";
const WITH_KEY = "with a key";
/** One user is read: more would only fill the disk. */
const MAX_USERS = 10_000;

export const getUserWithToken: Work = {
  name: "get-user-token",
  async run({ rounds, users, secret, folder }) {
    const home = folder();
    await fillDatabase(`sqlite:${databaseIn(home)}`, secret, Math.min(users, MAX_USERS));
    const { issuersFile, token } = await trustedToken(home);
    const server = await startRoster(home, { secret, env: { ROSTER_ISSUERS: issuersFile } });
    try {
      const samples = await callsPerSecond(rounds, {
        [WITH_TOKEN]: await tryGetUser(calledWith(server, token)),
        [WITH_KEY]: await tryGetUser(calledWith(server, secret)),
      });
      const verdicts = [atLeast(0.95, WITH_KEY, samples[WITH_TOKEN], samples[WITH_KEY])];
      return [{ work: "GetUser with a token, gRPC, 64 in flight", unit: "calls/s", samples, verdicts }];
    } finally {
      await server.stop();
    }
  },
};

/** Both in the same header, which HPACK sends whole with each call. */
function calledWith(server: Server, credential: string): Server {
  return { ...server, headers: { authorization: `Bearer ${credential}` } };
}

/** A token of the key's own user, good for a day, and an issuers file that has the key to it. */
async function trustedToken(folder: string): Promise<{ issuersFile: string; token: string }> {
  const issuer = "https://login.example.com";
  const { publicKey, privateKey } = await generateKeyPair("ES256");
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: "1" }] };
  const issuersFile = join(folder, "issuers.json");
  const trusted = { issuer, jwks, audiences: ["roster"], account: "default", user: { id: "sub" }, role: "READER" };
  writeFileSync(issuersFile, JSON.stringify({ issuers: [trusted] }));
  const token = await new SignJWT({ sub: findAdmin(folder), iss: issuer, aud: "roster" })
    .setProtectedHeader({ alg: "ES256", kid: "1" })
    .setExpirationTime("1d")
    .sign(privateKey);
  return { issuersFile, token };
}

function findAdmin(folder: string): string {
  const database = new Database(databaseIn(folder), { readonly: true });
  try {
    return String(database.prepare("select user_id from api_keys").pluck().get());
  } finally {
    database.close();
  }
}
