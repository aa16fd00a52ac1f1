import { afterAll } from "vitest";
import { killRunning } from "./process.ts";

// Files share a process: what a test that failed has left running must not slow the next file down.
afterAll(killRunning);
