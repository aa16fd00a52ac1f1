import { stripVTControlCharacters } from "node:util";
import { createRosterClient } from "@roster/client";
import { expect, onTestFinished, test } from "vitest";
import { createTable, formatFields, widthOf } from "../../src/cli/terminal/table.ts";
import { startTestServer } from "../support/server.ts";
import { callerOf, HAS_TERMINAL, rosterOnTerminal } from "./run.ts";

const TITLES = ["ID", "NAME"];

const shown = (...rows: string[][]) => plain(createTable(TITLES)(rows));
const plain = (text: string) => stripVTControlCharacters(text).split("\n");

test.each([
  ["", 0],
  ["Ada", 3],
  ["e\u0301", 1],
  ["漢字", 4],
  ["かな カナ", 9],
  ["ｱｲ", 2],
  ["한글", 4],
  ["Ｆｕｌｌ", 8],
  ["👩‍👩‍👧", 2],
  ["🇫🇮 1#", 5],
])("a terminal shows %j in %i cells", (text, width) => {
  expect(widthOf(text)).toBe(width);
});

test("columns are as wide as their widest cell, and nothing trails", () => {
  expect(shown(["1", "Ada"], ["漢字", ""], ["12345", "Grace"])).toEqual([
    "ID     NAME",
    "1      Ada",
    "漢字",
    "12345  Grace",
    "",
  ]);
  expect(shown()).toEqual(["ID  NAME", ""]);
});

test("later rows go on under the same titles, and may widen a column", () => {
  const table = createTable(TITLES);
  const text =
    table([["1234", "a"]]) +
    table([["1", "b"]]) +
    table([
      ["12345", "c"],
      ["1", "d"],
    ]);
  expect(plain(text)).toEqual(["ID    NAME", "1234  a", "1     b", "12345  c", "1      d", ""]);
});

test("stored text can't control the terminal", () => {
  const [, line] = shown(["1", "\u001b[2Jred\u009b1m\n\u202eevil\u2066"]);
  expect(line).toBe("1   \\u{1b}[2Jred\\u{9b}1m\\u{a}\\u{202e}evil\\u{2066}");
  expect(
    plain(
      formatFields([
        ["id", "1"],
        ["name", "a\tb"],
      ]),
    ),
  ).toEqual(["id    1", "name  a\\u{9}b", ""]);
});

test.runIf(HAS_TERMINAL)("on a terminal people get tables, text, and JSON if they want it", async () => {
  const server = await startTestServer();
  onTestFinished(server.stop);
  const { users, sessions, close } = createRosterClient({ baseUrl: server.url, apiKey: server.secret });
  await users.createUser({ user: { id: "ada" } });
  await sessions.createSession({ session: { id: "thread", userId: "ada", externalId: "漢字" } });
  await sessions.createSession({ session: { id: "t", userId: "ada" } });
  close();
  const see = (...args: string[]) => rosterOnTerminal(args, callerOf(server));
  const [list, key, fields, ended, json] = await Promise.all([
    see("sessions", "list"),
    see("keys", "create", "--name", "Key", "--role", "reader"),
    see("accounts", "get"),
    see("sessions", "end-all", "--user", "ada", "--account", "default"),
    see("accounts", "list", "--json"),
  ]);
  expect(list.split("\n").map((line) => line.replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, "TIME"))).toEqual([
    expect.stringMatching(/^ID {6}USER {2}EXTERNAL ID {2}CREATED {15}ENDED$/),
    expect.stringMatching(/^t {7}ada {3}- {12}TIME {2}(-|TIME)$/),
    expect.stringMatching(/^thread {2}ada {3}漢字 {9}TIME {2}(-|TIME)$/),
    "",
  ]);
  expect(key).toMatch(
    /^roster_K\w+_[\w-]{43}\n\nThe secret of reader key K\w+ of account default\. It is not shown again\.\n$/,
  );
  expect(fields).toMatch(/^id +default\nname +Default\n/);
  expect(ended).toBe("sessions ended: 2\n");
  expect(JSON.parse(json)).toMatchObject([{ id: "default" }]);
});
