import { expect, test } from "vitest";
import { runRoster } from "../support/process.ts";
import { HAS_TERMINAL, rosterAnswered } from "./run.ts";

/** A start that warns, and then fails. */
const START = { ROSTER_DATABSE: "x", ROSTER_DATABASE_URL: "sqlite:/proc/none/roster.db" };
const WARNING = "ROSTER_DATABSE is not a setting of Roster, and changes nothing";
const PRETTY = new RegExp(`^\\[\\d\\d:\\d\\d:\\d\\d\\.\\d{3}\\] WARN: ${WARNING}`, "m");

test("a log is JSON where nobody looks on, unless it is to be pretty", async () => {
  const { log } = await runRoster(["serve"], START);
  const [line = ""] = log.split("\n");
  expect(JSON.parse(line)).toEqual({ level: 40, time: expect.any(String), msg: expect.stringContaining(WARNING) });
  const { log: pretty } = await runRoster(["serve"], { ...START, ROSTER_LOG_FORMAT: "pretty" });
  expect(pretty).toMatch(PRETTY);
});

test.runIf(HAS_TERMINAL)("a log is pretty on a terminal, unless it is to be JSON", async () => {
  const { shown, raw } = await rosterAnswered(["serve"], { ...START, FORCE_COLOR: "1" }, []);
  expect(shown).toMatch(PRETTY);
  expect(raw).not.toMatch(PRETTY);
  const { raw: plain } = await rosterAnswered(["serve"], { ...START, NO_COLOR: "1" }, []);
  expect(plain.replaceAll("\r", "")).toMatch(PRETTY);
  const { shown: json } = await rosterAnswered(["serve"], { ...START, ROSTER_LOG_FORMAT: "json" }, []);
  expect(json).toContain(`"msg":"${WARNING}`);
});
