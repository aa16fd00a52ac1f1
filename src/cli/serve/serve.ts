import type { Environment } from "../../config/environment.ts";
import { type Config, loadConfig } from "../../config/load.ts";
import { unknownSettings } from "../../config/unknown.ts";
import { type Log, openLog } from "../../log.ts";
import { checkIssuers } from "./issuers.ts";

/** Runs a server until SIGTERM or SIGINT, then ends it in good order. */
export async function serve(env: Environment): Promise<void> {
  try {
    const config = loadConfig(env);
    const log = await openLog({ level: config.logLevel, format: config.logFormat });
    // Loaded here, because each kind of process needs other modules.
    if (config.workers === 1) {
      await checkSettings(env, config, log);
      const { serveAlone } = await import("./alone.ts");
      await serveAlone(config, log);
      return;
    }
    const { isPrimary } = (await import("node:cluster")).default;
    if (isPrimary) {
      await checkSettings(env, config, log);
      const { servePrimary } = await import("./primary.ts");
      await servePrimary(config, log);
    } else {
      const { serveWorker } = await import("./worker.ts");
      await serveWorker(config);
    }
  } finally {
    // A worker has a channel to the primary, which would keep the process from ending.
    process.channel?.unref();
  }
}

/** Once for a server, however many processes it is, and before anything is made. */
async function checkSettings(env: Environment, config: Config, log: Log): Promise<void> {
  for (const { name, nearest } of unknownSettings(env)) {
    const advice = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    log.warn(`${name} is not a setting of Roster, and changes nothing${advice}`);
  }
  await checkIssuers(config);
}
