import type { Config } from "../config.ts";
import type { Log } from "../log.ts";
import { greeting } from "./greeting.ts";
import { listen } from "./listen.ts";
import { firstKey, openDirectory } from "./open-directory.ts";
import { toldToEnd } from "./signals.ts";

/** Runs a server in this process. */
export async function serveAlone(config: Config, log: Log): Promise<void> {
  const directory = await openDirectory(config, log);
  try {
    const secret = await firstKey(directory, config);
    const server = await listen(config, directory, log);
    const told = toldToEnd();
    process.stdout.write(greeting(server, config, secret));
    const signal = await told;
    log.info({ signal }, "draining; a second signal ends it at once");
    await server.stop();
    log.info("stopped");
  } finally {
    await directory.store.close();
  }
}
