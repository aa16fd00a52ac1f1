import type { Address, Addresses } from "../../config/address.ts";
import { withoutSecrets } from "../../config/error.ts";
import type { Config } from "../../config/load.ts";
import { DEFAULT_ACCOUNT } from "../../directory/accounts/account.ts";
import { adminKeyPath } from "../admin-key.ts";
import { consoleFolder } from "./console.ts";

/**
 * What a server prints when it is ready. `secret`: of the first key, if this start has made it. `code`: opens the console signed in.
 */
export function greeting(
  { http, grpc, metrics }: Addresses & { readonly metrics: Address | undefined },
  config: Config,
  secret: string | undefined,
  code?: string,
): string {
  const { databaseUrl, databaseReplicaUrls, tls, bootstrapKey, workers } = config;
  const grpcLine = grpc === undefined ? "" : `  gRPC        ${placeText(grpc)}   (gRPC alone, the fast lane for services)\n`;
  const scheme = tls ? "https" : "http";
  const url = `${scheme}://${placeText(http)}`;
  const keyFile = adminKeyPath(databaseUrl);
  const kept = keyFile === undefined ? "keep it" : `kept in ${keyFile}`;
  // The operator knows a key that came in by the environment; logs need not.
  const key =
    bootstrapKey === undefined
      ? `${secret}   (account ${DEFAULT_ACCOUNT}; shown once, ${kept})`
      : `that of ROSTER_BOOTSTRAP_KEY   (account ${DEFAULT_ACCOUNT})`;
  const metricsLine =
    metrics === undefined ? "" : `  metrics     http://${placeText(metrics)}/metrics   (Prometheus; needs no key)\n`;
  const consoleUrl = code === undefined ? `${url}/   (for people, in a browser)` : `${url}/#/?code=${code}`;
  const signedIn =
    code === undefined ? "" : "              (opens it signed in: once, within a minute; afterwards it asks for the key)\n";
  const consoleLine = consoleFolder(config) === undefined ? "" : `  console     ${consoleUrl}\n${signedIn}`;
  const replicasLine = databaseReplicaUrls.map((replica) => `  replica     ${withoutSecrets(replica)}\n`).join("");
  const workersLine = workers === 1 ? "" : `  workers     ${workers}\n`;
  const keyLine = secret === undefined ? "" : `  first key   ${key}\n`;
  return `Roster is ready.

  address     ${url}   (Connect, gRPC-Web, gRPC)
${grpcLine}${consoleLine}  database    ${withoutSecrets(databaseUrl)}
${replicasLine}${metricsLine}${workersLine}${keyLine}
Create a user, list them, export them:

  KEY=${keyFile === undefined ? (bootstrapKey === undefined ? (secret ?? "…") : "$ROSTER_BOOTSTRAP_KEY") : `$(cat ${keyFile})`}
  grpcurl ${tls ? "" : "-plaintext "}-H "x-api-key: $KEY" -d '{"user":{"email":"ada@example.com","name":"Ada"}}' ${placeText(grpc ?? http)} roster.v1.UserService/CreateUser
  curl ${url}/roster.v1.UserService/ListUsers -H "x-api-key: $KEY" -H 'content-type: application/json' -d '{}'
  npm run --silent roster -- export users.ndjson

`;
}

function placeText({ host, port }: Address): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
