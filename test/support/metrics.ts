import { expect } from "vitest";
import type { ServerProcess } from "./process.ts";

/** Settings of a server with a port for metrics. */
export const METRICS = { ROSTER_METRICS_ADDRESS: "127.0.0.1:0" };

/** Where the greeting says that the metrics are. */
export function metricsUrlOf({ output }: Pick<ServerProcess, "output">): string {
  const [, url] = /metrics +(http:\S+)/.exec(output()) ?? [];
  return url ?? expect.fail("the greeting names no metrics");
}

/** The samples, by name and labels as they are written. */
export async function samplesOf(server: Pick<ServerProcess, "output">): Promise<Map<string, number>> {
  const response = await fetch(metricsUrlOf(server));
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  const lines = (await response.text()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.slice(line.lastIndexOf(" ") + 1))]));
}
