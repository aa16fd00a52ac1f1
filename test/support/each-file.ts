import { afterAll, expect } from "vitest";
import { takeLeaks } from "./log.ts";
import { killRunning } from "./process.ts";

// Files share a process: what a test that failed has left running must not slow the next file down.
afterAll(killRunning);

// Whatever a file's servers have logged.
afterAll(() => expect(takeLeaks()).toEqual([]));
