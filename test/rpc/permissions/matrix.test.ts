import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { AnyDesc, DescService } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectLog } from "../../support/log.ts";
import { offlineIssuer, verifierOf } from "../../support/offline-issuer.ts";
import { useRoster } from "../setup.ts";
import { CLAIMS, createDirectory, type TestCaller, type TestDirectory } from "./rpcs/callers.ts";
import { EVERY_RPC, rpcName } from "./rpcs/every-rpc.ts";
import { type Answer, answerTo, type Outcome } from "./rpcs/outcome.ts";
import type { Rpc, Target } from "./rpcs/rpc.ts";

const issuer = await offlineIssuer();
const { log, lines } = collectLog("debug");
const logCalls = { mode: "all", slowMs: 0 } as const;
const roster = useRoster({ tokens: verifierOf(issuer.file(CLAIMS)), log, logCalls });

let directory: TestDirectory;
beforeAll(async () => {
  directory = await createDirectory(roster, issuer);
});

// All that the matrix sends and gets: e-mail addresses, external ids, secrets, tokens, new values.
afterAll(() => {
  const logged = lines().map((line) => JSON.stringify(line));
  expect(new Set(lines().map(({ method }) => method)).size).toBeGreaterThan(30);
  expect(logged.filter((line) => /@example|x-U|roster_K|eyJ|hanged/.test(line))).toEqual([]);
});

/** What a call is about, seen from its caller. */
interface Case {
  readonly account: "own" | "other" | "unknown" | "all";
  readonly user: "own" | "other" | "super admin" | "stranger" | "unknown";
  readonly target: Target;
}

function casesOf({ own }: TestCaller): Case[] {
  const { accountId, otherAccountId, other, otherSuperAdmin, stranger, unknown } = directory;
  return [
    { account: "own", user: "own", target: own },
    { account: "own", user: "own", target: { ...own, accountId } },
    { account: "own", user: "other", target: other },
    { account: "own", user: "super admin", target: otherSuperAdmin },
    { account: "own", user: "stranger", target: stranger },
    { account: "own", user: "unknown", target: unknown },
    { account: "other", user: "stranger", target: { ...stranger, accountId: otherAccountId } },
    { account: "unknown", user: "unknown", target: { ...unknown, accountId: "nowhere" } },
    { account: "all", user: "own", target: { ...own, accountId: "-" } },
  ];
}

const ORDER = ["READER", "WRITER", "ADMIN"];

/** The whole of the rules about who may do what, once more and in other words than in the code. */
function expected({ role, superAdmin }: TestCaller, rpc: Rpc, { account, user, target }: Case): Outcome {
  if (role === "SELF") {
    const isOwn = account === "own" && (rpc.names === undefined || user === "own");
    const anyAccount = rpc.account === "none";
    return rpc.self && (isOwn || anyAccount) ? "answered" : "PERMISSION_DENIED";
  }
  const takesMore = rpc.least === "SUPER ADMIN" ? role !== "ADMIN" : ORDER.indexOf(role) < ORDER.indexOf(rpc.least);
  if (takesMore || (rpc.least === "SUPER ADMIN" && !superAdmin)) return "PERMISSION_DENIED";
  if (rpc.account === "none") return "answered";
  if (account !== "own" && !superAdmin) return "PERMISSION_DENIED";
  if (account === "all") return rpc.account === "all" ? "answered" : "ACCOUNT_ID_INVALID";
  if (account === "unknown") return "ACCOUNT_NOT_FOUND";
  if (rpc.needsAccount && target.accountId === "") return "ACCOUNT_ID_INVALID";
  if (rpc.sparesSuperAdmins && user === "super admin" && !superAdmin) return "PERMISSION_DENIED";
  const isThere = account === "other" || (user !== "stranger" && user !== "unknown");
  return rpc.names === undefined || isThere ? "answered" : (rpc.missing ?? "NOT_FOUND");
}

/** All that there is, but when keys were used. */
async function everything() {
  const { accountId, otherAccountId } = directory;
  const [users, sessions, accounts] = await Promise.all([
    roster.users().listUsers({ accountId: "-", pageSize: 1000, showDeleted: true }),
    roster.sessions().listSessions({ accountId: "-", pageSize: 1000 }),
    roster.accounts().listAccounts({}),
  ]);
  const keys = await Promise.all(
    [accountId, otherAccountId].map((each) => roster.keys().listApiKeys({ accountId: each, pageSize: 1000 })),
  );
  const apiKeys = keys.flatMap((page) => page.apiKeys.map((key) => ({ ...key, lastUseTime: undefined })));
  return { users: users.users, sessions: sessions.sessions, accounts: accounts.accounts, apiKeys };
}

const cellsOf = (rpc: Rpc) =>
  directory.callers.flatMap((caller) =>
    casesOf(caller).map((about) => ({ caller, about, expected: expected(caller, rpc, about) })),
  );

type Cell = ReturnType<typeof cellsOf>[number];

/** Makes the calls of these cells, and holds each against what is expected. */
async function check(rpc: Rpc, cells: readonly Cell[], dry: boolean) {
  const answers = await Promise.all(
    cells.map(async (cell) => ({ ...cell, ...(await answerTo(rpc.call(cell.caller, cell.about.target, dry))) })),
  );
  const wrong = answers.filter(({ outcome, expected }) => outcome !== expected);
  expect(wrong.map(({ caller, about, ...answer }) => [caller.name, about, answer])).toEqual([]);
  return answers;
}

const isDenied = ({ expected }: Cell) => expected === "PERMISSION_DENIED";

test("every method of every service is in the table", async () => {
  const names = (await servicesOfSchema()).flatMap(({ name, methods }) => methods.map((method) => `${name}/${method.name}`));
  expect(names).toContain("ApiKeyService/WhoAmI");
  expect([...new Set(Object.keys(EVERY_RPC).map(rpcName))].toSorted()).toEqual(names.toSorted());
});

/** Those of whatever files there are, so that a new one can't be forgotten. */
async function servicesOfSchema(): Promise<DescService[]> {
  const folder = join(import.meta.dirname, "../../../gen/roster/v1");
  const files = readdirSync(folder).filter((name) => name.endsWith("_pb.js"));
  const modules = await Promise.all(files.map((name): Promise<Record<string, AnyDesc>> => import(join(folder, name))));
  return modules.flatMap((exported) => Object.values(exported).filter((desc) => desc.kind === "service"));
}

describe.each(Object.entries(EVERY_RPC))("%s", (_, rpc) => {
  test("is answered to those it is for, about those it may be about; what is denied changes nothing", async () => {
    const cells = cellsOf(rpc);
    const before = await everything();
    // These would change something if they were let through.
    const denied = await check(rpc, cells.filter(isDenied), false);
    expect(await everything()).toEqual(before);
    const answers = await check(
      rpc,
      cells.filter((cell) => !isDenied(cell)),
      true,
    );
    expect((await everything()).users).toEqual(before.users);
    expectNothingLearnt([...denied, ...answers]);
  });
});

test("WhoAmI names the RPCs that its caller may call, and no others", async () => {
  for (const caller of directory.callers) {
    const own: Case = { account: "own", user: "own", target: { ...caller.own, accountId: directory.accountId } };
    const allowed = Object.entries(EVERY_RPC).filter(([, rpc]) => expected(caller, rpc, own) === "answered");
    const names = [...new Set(allowed.map(([name]) => `roster.v1.${rpcName(name)}`))].toSorted();
    const { methods, superAdmin } = await caller.keys().whoAmI({});
    expect({ caller: caller.name, methods, superAdmin }).toEqual({
      caller: caller.name,
      methods: names,
      superAdmin: caller.superAdmin,
    });
  }
});

/** Nobody is told whether there is somebody elsewhere, and callers with the role SELF whether there is anybody else. */
function expectNothingLearnt(answers: ReadonlyArray<Cell & Answer>): void {
  const selfDenials = answers.filter((answer) => isDenied(answer) && answer.caller.role === "SELF");
  expect(new Set(selfDenials.map(({ told }) => told)).size).toBeLessThan(2);
  for (const { told } of selfDenials) expect(told).toContain("the role SELF acts on its own user only");
  for (const caller of directory.callers) {
    const about = (user: Case["user"]) =>
      answers.find((answer) => answer.caller === caller && answer.about.account === "own" && answer.about.user === user);
    expect(withoutIds(about("stranger"))).toBe(withoutIds(about("unknown")));
  }
}

/** What was told, without what the request itself had. */
function withoutIds(answer: (Cell & Answer) | undefined): string {
  const { about, told } = answer ?? expect.fail("has not been asked");
  const { accountId: _, ...keys } = about.target;
  return Object.values(keys).reduce((text, key) => text.replaceAll(key, "…"), told);
}
