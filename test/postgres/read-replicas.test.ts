import { afterAll, beforeAll, describe } from "vitest";
import { LONG } from "../support/bounds.ts";
import { dashboard } from "./read-replicas/dashboard.ts";
import { outages } from "./read-replicas/outages.ts";
import { type Pair, startPair } from "./read-replicas/pair.ts";
import { turmoil } from "./read-replicas/turmoil.ts";
import { whatIsShown } from "./read-replicas/what-is-shown.ts";

/** A primary and a standby of this file alone, because the standby lags, hangs, is stopped and at last promoted. */
const pair = {} as Pair;
beforeAll(async () => {
  Object.assign(pair, await startPair());
}, LONG.timeout);
afterAll(async () => {
  await pair.standby?.remove();
  await pair.postgres?.remove();
});

describe("what is shown", () => whatIsShown(pair));
describe("turmoil", () => turmoil(pair));
describe("dashboard", () => dashboard(pair));
describe("outages", () => outages(pair));
