import { Command } from "commander";
import type { Address } from "../../config/address.ts";
import { loadConfig } from "../../config/load.ts";
import { causeText } from "../../directory/values/cause.ts";
import { CommandError } from "../errors.ts";
import type { Environment } from "../options/connection.ts";

/** `roster health`: for containers, whose engines run a command and have no client for HTTP. */
export function healthCommand(env: Environment): Command {
  return new Command("health")
    .description("Ask the server with the same settings on this machine whether it takes calls.")
    .option("--live", "only whether it runs")
    .addHelpText(
      "after",
      "\nGoes by the settings in the environment, to the port for metrics if there is one. Exit code 6: it does not.",
    )
    .action(async ({ live }: { readonly live?: true }) => {
      const url = new URL(live ? "/livez" : "/readyz", ownUrl(env));
      const { status, text } = await ask(url);
      if (status !== 200) {
        throw new CommandError(`${url.href} answers ${status}: ${text.trim()}`, { outcome: "unavailable" });
      }
      process.stdout.write(text);
    });
}

/** The port for metrics needs no certificate of clients. */
function ownUrl(env: Environment): string {
  const { httpAddress, metricsAddress, tls } = loadConfig(env);
  return metricsAddress === undefined
    ? `${tls === undefined ? "http" : "https"}://${reachable(httpAddress)}`
    : `http://${reachable(metricsAddress)}`;
}

/** Who listens on all addresses is found on this machine's own. */
function reachable({ host, port }: Address): string {
  const own = { "0.0.0.0": "127.0.0.1", "::": "::1" }[host] ?? host;
  return `${own.includes(":") ? `[${own}]` : own}:${port}`;
}

async function ask(url: URL): Promise<{ readonly status: number | undefined; readonly text: string }> {
  const { get } = url.protocol === "https:" ? await import("node:https") : await import("node:http");
  const { text } = await import("node:stream/consumers");
  const response = Promise.withResolvers<{ status: number | undefined; text: string }>();
  // The certificate is for the name that callers know; nothing secret is sent.
  const request = get(url, { rejectUnauthorized: false, timeout: TIMEOUT_MS }, (message) => {
    text(message).then((body) => response.resolve({ status: message.statusCode, text: body }), response.reject);
  });
  request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
  request.on("error", (error) => {
    response.reject(new CommandError(`${url.href}: ${causeText(error)}`, { cause: error, outcome: "unavailable" }));
  });
  return response.promise;
}

const TIMEOUT_MS = 4_000;
