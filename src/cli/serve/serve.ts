import { loadConfig } from "../../config.ts";
import { createLog } from "../../log.ts";

/** Runs a server until SIGTERM or SIGINT, then ends it in good order. */
export async function serve(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  try {
    const config = loadConfig(env);
    const log = createLog(config.logLevel);
    // Each part loads what it needs, and no more.
    if (config.workers === 1) {
      const { serveAlone } = await import("./alone.ts");
      await serveAlone(config, log);
      return;
    }
    const { isPrimary } = (await import("node:cluster")).default;
    if (isPrimary) {
      const { lead } = await import("./primary.ts");
      await lead(config, log);
    } else {
      const { work } = await import("./worker.ts");
      await work(config);
    }
  } finally {
    // Of a worker, to the primary: it alone shall not keep this process.
    process.channel?.unref();
  }
}
