import { loadConfig } from "../../config/load.ts";
import { createLog } from "../../log.ts";

/** Runs a server until SIGTERM or SIGINT, then ends it in good order. */
export async function serve(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  try {
    const config = loadConfig(env);
    const log = createLog(config.logLevel);
    // Loaded here, because each kind of process needs other modules.
    if (config.workers === 1) {
      const { serveAlone } = await import("./alone.ts");
      await serveAlone(config, log);
      return;
    }
    const { isPrimary } = (await import("node:cluster")).default;
    if (isPrimary) {
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
