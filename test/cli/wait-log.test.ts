import { expect, test } from "vitest";
import { logWaiting } from "../../src/cli/serve/wait-log.ts";
import { collectLog } from "../support/log.ts";

test("each cause of waiting is logged when it is new, and every ten seconds after that, in one line", () => {
  const { log, lines } = collectLog();
  let time = 0;
  const tell = logWaiting(log, () => time);
  const refused = Object.assign(new AggregateError([new Error("refused by ::1"), new Error("refused by 127.0.0.1")]), {
    code: "ECONNREFUSED",
  });
  const starting = Object.assign(new Error("the database system is starting up"), { code: "57P03" });
  for (; time < 5_000; time += 500) tell(refused);
  for (; time < 25_000; time += 500) tell(time % 1_000 === 0 ? starting : refused);
  const told = lines().map(({ level, msg, cause }) => ({ level, msg, cause }));
  const line = (cause: string) => ({ level: 40, msg: "waiting for the database", cause });
  const [first, second] = [line("refused by ::1; refused by 127.0.0.1"), line("the database system is starting up (57P03)")];
  expect(told).toEqual([first, second, first, second, first]);
  expect(lines().some((each) => "err" in each)).toBe(false);
});
