import { expect, inject, test } from "vitest";
import { corpus } from "../../fuzz/corpus.ts";
import { findingText } from "../../fuzz/finding.ts";
import { runFuzz } from "../../fuzz/run.ts";
import { LONG } from "../support/bounds.ts";
import { COMMAND } from "../support/command.ts";

const FIXED_SEED = 1;
const FRESH_SEED = Math.floor(Math.random() * 1_000_000);

/** Each run sends one of them. */
const SWEEP_PARTS = 10;

/** Those that a mistake of ours would let through. */
const SOME_ATTACKS = [
  "rapid reset of whole requests",
  "CONTINUATION flood",
  "flipped bits",
  "slow headers",
  "HTTP/1.1 garbage",
];

/** What differs between the engines lies far below the wire. */
const PARTS =
  inject("postgres") === undefined
    ? ({ engine: "sqlite", seconds: 4, attacks: SOME_ATTACKS } as const)
    : ({ engine: "postgres", seconds: 2, attacks: [] } as const);

test(`no request whatever gets INTERNAL, silence or half an answer, or leaves anything behind: seeds ${FIXED_SEED}, ${FRESH_SEED}`, {
  timeout: 2 * LONG.timeout,
}, async () => {
  const { findings, tally, siege } = await runFuzz({
    ...PARTS,
    command: COMMAND.replace(/\.js$/, ""),
    seeds: [FIXED_SEED, FRESH_SEED],
    replay: corpus(),
    sweep: { part: FRESH_SEED % SWEEP_PARTS, parts: SWEEP_PARTS },
    attackSeconds: 0.1,
    tell: () => {},
  });
  expect(findings.all.map(findingText)).toEqual([]);
  expect(findings.count).toBe(0);
  expect(tally.requests).toBeGreaterThan(corpus().length);
  expect(siege.attacks).toHaveLength(2 * PARTS.attacks.length);
});
