import type { Config } from "../../config/load.ts";
import { openStore, type StoreOptions } from "../../db/open.ts";
import { DEFAULT_ACCOUNT } from "../../directory/accounts/account.ts";
import { bootstrap } from "../../directory/accounts/bootstrap.ts";
import { mintSecret } from "../../directory/keys/api-key.ts";
import type { Sources, Store } from "../../directory/store/store.ts";
import { causeText } from "../../directory/values/cause.ts";
import { createClock } from "../../directory/values/clock.ts";
import { createIdSource } from "../../directory/values/id.ts";
import type { Log } from "../../log.ts";
import { createMetadataRules } from "../../metadata/metadata-rules.ts";
import { userEncoder } from "../../rpc/users/user-encoder.ts";
import { adminKeyPath, readAdminKey, writeAdminKey } from "../admin-key.ts";
import { CommandError } from "../errors.ts";
import { logReplicas } from "./replica-log.ts";
import { logWaiting } from "./wait-log.ts";

export interface Directory {
  readonly store: Store;
  readonly sources: Sources;
}

/** Opens the database that is configured, brought up to date, and its replicas. */
export async function openDirectory(
  { databaseUrl, databaseReplicaUrls, databasePoolSize, databaseTimeoutMs, databaseWaitMs, indexedMetadata }: Config,
  log: Log,
  options: Partial<StoreOptions> = {},
): Promise<Directory> {
  const sources: Sources = {
    clock: createClock(),
    newId: createIdSource(),
    encoder: userEncoder,
    metadataRules: createMetadataRules(),
  };
  const store = await openStore(databaseUrl, sources, {
    poolSize: databasePoolSize,
    statementTimeoutMs: databaseTimeoutMs,
    waitMs: databaseWaitMs,
    indexedMetadata,
    onWait: logWaiting(log),
    replicaUrls: databaseReplicaUrls,
    onReplicaChange: logReplicas(log),
    ...options,
  });
  return { store, sources };
}

/** The secret of the first key, if this start is the one that creates it. */
export async function firstKey(
  { store, sources: { newId } }: Directory,
  { databaseUrl, bootstrapKey }: Config,
): Promise<string | undefined> {
  if ((await store.listAccountIds("", 1)).length > 0) {
    return undefined;
  }
  const path = adminKeyPath(databaseUrl);
  const secret = bootstrapKey ?? (path === undefined ? undefined : readAdminKey(path)) ?? mintSecret(newId("K"));
  const stored = path === undefined ? secret : storeSecret(path, secret, { replace: bootstrapKey !== undefined });
  if (!(await bootstrap(store, stored))) {
    return undefined;
  }
  if (path === undefined && bootstrapKey === undefined) {
    // Nothing else keeps it: it must not be lost, also if this start fails later.
    process.stdout.write(
      `The first key, of account ${DEFAULT_ACCOUNT}. Keep it, it is not shown by later starts:\n\n  ${stored}\n\n`,
    );
  }
  return stored;
}

function storeSecret(path: string, secret: string, options: Parameters<typeof writeAdminKey>[2]): string {
  try {
    return writeAdminKey(path, secret, options);
  } catch (error) {
    throw new CommandError(`can't keep the first key in ${path}: ${causeText(error)}`, { cause: error });
  }
}
