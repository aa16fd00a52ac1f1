import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, expect, type TestContext, test } from "vitest";
import { useRoster } from "../rpc/setup.ts";
import { LONG } from "../support/bounds.ts";
import { grpcPortOf } from "../support/clients.ts";
import { createFolder, testFolder } from "../support/folder.ts";

const ROOT = join(import.meta.dirname, "../..");
const EXAMPLES = join(ROOT, "examples");
/** More than one message of an export has. */
const USERS = 600;

const roster = useRoster();
let proto: string;
beforeAll(async () => {
  const folder = createFolder();
  proto = join(folder.path, "proto");
  await run("node", [join(ROOT, "scripts/proto-export.ts"), proto]);
  return folder.remove;
});

/** Skips loudly; what the gate installs may not be missing there. */
function require({ skip }: TestContext, command: string, packages: string, installedByGate: boolean): void {
  const missing = `${command} is missing: apt-get install --no-install-recommends ${packages}`;
  if (existsSync(command)) return;
  if (installedByGate && process.env["CI"]) expect.fail(missing);
  skip(missing);
}

async function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const result = promisify(execFile)(command, args, { env: { ...process.env, ...env } });
  const { stdout } = await result.catch((error) => expect.fail(`${error.stdout}${error.stderr}`));
  return stdout;
}

/** Compiles everything that was exported, as `flags` say, into a folder of its own. */
async function compile(language: string): Promise<string> {
  const folder = testFolder();
  const files = globSync("{roster,google/rpc,google/api,buf}/**/*.proto", { cwd: proto });
  const plugin = `--plugin=protoc-gen-grpc=/usr/bin/grpc_${language}_plugin`;
  await run("protoc", [`-I${proto}`, `--${language}_out=${folder}`, `--grpc_out=${folder}`, plugin, ...files]);
  return folder;
}

/** Runs the example, and expects of it what it shall tell, in whatever language. */
async function expectTour(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const account = await roster.account();
  await account.users().importUsers({ users: Array.from({ length: USERS }, (_, n) => ({ externalId: `bulk-${n}` })) });
  const output = await run(command, args, {
    ROSTER_SERVER: new URL(grpcPortOf(roster.server.url)).host,
    ROSTER_API_KEY: account.secret,
    ROSTER_PROTO: proto,
    ...env,
  });
  const { user } = await account.users().getUser({ key: { case: "externalId", value: "crm-1" } });
  expect(user).toMatchObject({ email: "ada@example.com", about: expect.stringContaining("Seen at ") });
  expect(output.trim().split("\n")).toEqual([
    `created ${user?.id}`,
    "refused FIELD_INVALID user.email: must be an e-mail address",
    `watched USER_CHANGE_TYPE_UPDATED ${user?.id}`,
    // The account has its owner too.
    `exported ${USERS + 2}`,
  ]);
}

test("what is exported has all its imports, and protoc compiles it by itself", async (context) => {
  require(context, "/usr/bin/protoc", "protobuf-compiler", true);
  const everything = globSync("**/*.proto", { cwd: proto });
  expect(everything.length).toBeGreaterThan(15);
  await run("protoc", [`-I${proto}`, "--descriptor_set_out=/dev/null", ...everything]);
  const imports = everything.flatMap((path) =>
    [...readFileSync(join(proto, path), "utf8").matchAll(/^import "(.+)";/gm)].map(([, name]) => name),
  );
  expect(everything).toEqual(expect.arrayContaining(imports));
});

test("no schema is written over another one", async () => {
  await expect(run("node", [join(ROOT, "scripts/proto-export.ts"), proto])).rejects.toThrow("remove it first");
});

test("grpc-js with proto-loader: creates, explains, watches, exports", LONG, async () => {
  await expectTour("node", [join(EXAMPLES, "grpc-js/tour.js")]);
});

test("Python: creates, explains, watches, exports", LONG, async (context) => {
  require(context, "/usr/bin/grpc_python_plugin", "protobuf-compiler protobuf-compiler-grpc python3-grpcio", true);
  require(context, "/usr/lib/python3/dist-packages/grpc", "python3-grpcio", true);
  await expectTour("/usr/bin/python3", [join(EXAMPLES, "python/tour.py")], { PYTHONPATH: await compile("python") });
});

test("Ruby: creates, explains, watches, exports", LONG, async (context) => {
  require(context, "/usr/bin/grpc_ruby_plugin", "protobuf-compiler protobuf-compiler-grpc", false);
  require(context, "/usr/share/doc/ruby-grpc", "ruby ruby-grpc ruby-google-protobuf", false);
  await expectTour("ruby", [`-I${await compile("ruby")}`, join(EXAMPLES, "ruby/tour.rb")]);
});

// The compiler takes a minute and more.
test.skipIf(!process.env["ROSTER_TEST_CPP"])(
  "C++ (with ROSTER_TEST_CPP=1): creates, explains, watches, exports",
  { timeout: 900_000 },
  async (context) => {
    require(context, "/usr/include/grpcpp/grpcpp.h", "g++ pkg-config libgrpc++-dev protobuf-compiler-grpc", false);
    const folder = await compile("cpp");
    const sources = globSync("**/*.cc", { cwd: folder }).map((path) => join(folder, path));
    const flags = (await run("pkg-config", ["--cflags", "--libs", "protobuf", "grpc++"])).trim().split(/\s+/);
    const tour = join(folder, "tour");
    await run("g++", ["-std=c++17", `-I${folder}`, join(EXAMPLES, "cpp/tour.cpp"), ...sources, ...flags, "-o", tour]);
    await expectTour(tour, []);
  },
);
