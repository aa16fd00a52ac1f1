import type { RosterClient } from "@roster/client";
import { VERSION } from "../../version.ts";

/** Warns of a server of another major version. Says nothing of one that does not tell: it may be older than that call. */
export async function warnOfOtherVersion(
  { server }: Pick<RosterClient, "server">,
  warn: (text: string) => void = (text) => process.stderr.write(text),
): Promise<void> {
  const version = await server.getServerInfo({}).then(
    (info) => info.version,
    () => VERSION,
  );
  if (majorOf(version) !== majorOf(VERSION)) {
    warn(`roster: the server has version ${version}, this command ${VERSION}: use one of the server's version\n`);
  }
}

/** What breaks compatibility when it changes: the first number, and before 1.0.0 the second. */
function majorOf(version: string): string {
  return /^(?:0\.\d+|\d+)/.exec(version)?.[0] ?? version;
}
