import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { validate } from "dockerfile-utils";
import { expect, onTestFinished, test } from "vitest";
import { LONG } from "../support/bounds.ts";
import { COMMAND } from "../support/command.ts";
import { testFolder } from "../support/folder.ts";
import { build, type Image, ROOT } from "./dockerfile.ts";

test("the Dockerfile has nothing that linters find", () => {
  expect(validate(readFileSync(join(ROOT, "Dockerfile"), "utf8"))).toEqual([]);
});

test("the build sees what it copies, and nothing else of a checkout", () => {
  const copied = readFileSync(join(ROOT, "Dockerfile"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("COPY") && !line.includes("--from"))
    .flatMap((line) => line.split(" ").slice(1, -1))
    .filter((word) => !word.startsWith("--"));
  const seen = readFileSync(join(ROOT, ".dockerignore"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("!"))
    .map((line) => line.slice(1));
  expect([...new Set(copied)].sort()).toEqual(seen.sort());
  for (const path of seen) expect(existsSync(join(ROOT, path)), path).toBe(true);
});

const IS_ROOT = process.getuid?.() === 0;

test.runIf(IS_ROOT)(
  "the image's steps make what runs as another user from files that it can't write, is healthy, and ends on SIGTERM",
  LONG,
  async () => {
    const image = build({ build: bundleOfThisSource() });
    expect(image.user.uid).toBeGreaterThan(0);
    expect(devPackages(image)).toEqual([]);
    expect(writableBy(image)).toEqual([join(image.root, "data"), join(image.root, "data/README")]);

    const server = start(image, image.entrypoint);
    const output = text(server.stdout);
    await expect.poll(() => healthOf(image), { timeout: 60_000 }).toMatchObject({ status: 0, stdout: "ok\n" });
    // The very process that was started is Node: no shell stands between it and the signals.
    expect(readlinkSync(`/proc/${server.pid}/exe`)).toMatch(/\/node$/);
    expect(readFileSync(`/proc/${server.pid}/status`, "utf8")).toMatch(new RegExp(`^Uid:\\t${image.user.uid}\\t`, "m"));
    expect(readdirSync(join(image.root, "data"))).toContain("roster.db");
    server.kill("SIGTERM");
    expect(await once(server, "exit")).toEqual([0, null]);
    expect(await output).toContain("Roster is ready.");
    expect(healthOf(image)).toMatchObject({ status: 6, stderr: expect.stringContaining("ECONNREFUSED") });
  },
);

/** What the stage `build` makes: the bundle of this source, which this run of the tests has made. */
function bundleOfThisSource(): string {
  const root = testFolder();
  symlinkSync(join(dirname(COMMAND), ".."), join(root, "app"));
  return root;
}

/** Those that only packages for development need, by the lock file. */
function devPackages({ root }: Image): string[] {
  const { packages }: { packages: Record<string, { dev?: true }> } = JSON.parse(
    readFileSync(join(ROOT, "package-lock.json"), "utf8"),
  );
  const paths = Object.entries(packages).flatMap(([path, { dev }]) => (dev ? [path] : []));
  expect(paths).toContain("node_modules/vitest");
  return paths.filter((path) => existsSync(join(root, "app", path)));
}

function writableBy({ root, user }: Image): string[] {
  const { stdout } = spawnSync("find", [root, "-writable", "-not", "-type", "l"], { ...user, encoding: "utf8" });
  return stdout.split("\n").filter((line) => line !== "");
}

/** As a container would, but for the root folder and the ports, which are those of this machine. */
function start(image: Image, [command = "", ...args]: readonly string[]) {
  const child = spawn(join(image.root, command), args, { ...image.user, env: environmentOf(image), cwd: "/" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

function healthOf(image: Image) {
  const [command = "", ...args] = image.healthcheck;
  const options = { ...image.user, env: environmentOf(image), encoding: "utf8" } as const;
  const { status, stdout, stderr } = spawnSync(join(image.root, command), args, options);
  return { status, stdout, stderr };
}

function environmentOf({ root, env }: Image): NodeJS.ProcessEnv {
  const own = Object.entries(env).map(([name, value]) => [name, value.replace("sqlite:/", `sqlite:${root}/`)]);
  const ports = {
    ROSTER_HTTP_ADDRESS: "127.0.0.1:28080",
    ROSTER_GRPC_ADDRESS: "127.0.0.1:0",
    ROSTER_METRICS_ADDRESS: "127.0.0.1:29464",
  };
  return { ...Object.fromEntries(own), ...ports, PATH: process.env["PATH"] };
}
