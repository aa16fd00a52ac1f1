import { execFile, spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, type TestContext } from "vitest";
import { testFolder } from "./folder.ts";

const PROMETHEUS = process.env["PROMETHEUS"] ?? "/usr/bin/prometheus";
const PROMTOOL = process.env["PROMTOOL"] ?? "/usr/bin/promtool";

const MISSING = "Prometheus is not installed: apt-get install --no-install-recommends prometheus";

/**
 * Skips the test, and says why, if there is no Prometheus to test with; Debian's, unless PROMETHEUS and PROMTOOL say otherwise. A gate must not
 * pass over it in silence: with CI set, the test fails.
 */
export function requirePrometheus({ skip }: Pick<TestContext, "skip">): void {
  const missing = !existsSync(PROMETHEUS) || !existsSync(PROMTOOL);
  if (missing && process.env["CI"]) expect.fail(MISSING);
  skip(missing, MISSING);
}

/** Fails with what promtool says. */
export async function promtool(...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(PROMTOOL, args).catch((error) =>
    expect.fail(`${error.stdout}${error.stderr}`),
  );
  return stdout;
}

export interface Prometheus {
  /** The series that the query finds at this moment, each with its value. */
  query(query: string): Promise<Array<{ readonly metric: Readonly<Record<string, string>>; readonly value: number }>>;
}

/** One that asks these targets every two seconds, as the job `roster`. Ends with the test. */
export async function startPrometheus(targets: readonly string[]): Promise<Prometheus> {
  const folder = testFolder();
  const config = {
    global: { scrape_interval: "2s", scrape_timeout: "2s" },
    scrape_configs: [{ job_name: "roster", static_configs: [{ targets }] }],
  };
  writeFileSync(join(folder, "prometheus.yml"), JSON.stringify(config));
  const child = spawn(
    PROMETHEUS,
    ["--config.file=prometheus.yml", "--storage.tsdb.path=data", "--web.listen-address=127.0.0.1:0"],
    { cwd: folder, stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  let log = "";
  const listening = new Promise<string>((resolve) => {
    child.stderr.setEncoding("utf8").on("data", (part: string) => {
      log += part;
      const [, address] = /msg="Listening on" address=(\S+)/.exec(log) ?? [];
      if (address !== undefined) resolve(address);
    });
  });
  const address = await Promise.race([listening, ended.then(() => expect.fail(`Prometheus did not start: ${log}`))]);
  return {
    async query(query) {
      const response = await fetch(`http://${address}/api/v1/query?${new URLSearchParams({ query })}`);
      const { data, error } = (await response.json()) as Answer;
      return (data ?? expect.fail(`${query}: ${error}`)).result.map(({ metric, value }) => ({
        metric,
        value: Number(value[1]),
      }));
    },
  };
}

interface Answer {
  readonly error?: string;
  readonly data?: {
    readonly result: ReadonlyArray<{ readonly metric: Record<string, string>; readonly value: [number, string] }>;
  };
}
