import type { WriteStream } from "node:tty";
import type { ConnectError } from "@connectrpc/connect";
import { SingleBar } from "cli-progress";
import { explain } from "../errors.ts";

/** Shows how far a command has come. Goes to standard error, so that it never mixes with data. */
export interface Progress {
  /** `done` is in the unit of the total, which may be bytes; `users` is the number of users so far. */
  update(done: number, users: number): void;
  /** Prints a line between updates. */
  note(text: string): void;
  stop(): void;
}

/** A bar with rate and remaining time on a terminal; elsewhere a plain line every few seconds. */
export function createProgress(label: string, total: number | undefined, stream: WriteStream = process.stderr): Progress {
  return stream.isTTY ? bar(label, total, stream) : lines(label, total, stream);
}

function bar(label: string, total: number | undefined, stream: WriteStream): Progress {
  const rate = createRate();
  const format = total === undefined ? "" : " [{bar}] {percentage}%, {eta_formatted} left,";
  const single = new SingleBar({
    format: `${label}${format} {users} users, {rate}/s`,
    stream,
    etaBuffer: 50,
    hideCursor: true,
  });
  single.start(total ?? 0, 0, { users: 0, rate: 0 });
  // A terminal without its cursor would be left behind.
  const leave = (signal: NodeJS.Signals) => {
    single.stop();
    process.kill(process.pid, signal);
  };
  process.once("SIGINT", leave).once("SIGTERM", leave);
  return {
    update: (done, users) => single.update(done, { users, rate: rate(users) }),
    note: (text) => stream.write(`\r\u001b[K${text}\n`),
    stop() {
      process.off("SIGINT", leave).off("SIGTERM", leave);
      single.stop();
    },
  };
}

const LINE_INTERVAL_MS = 5_000;

function lines(label: string, total: number | undefined, stream: WriteStream): Progress {
  const rate = createRate();
  let next = performance.now() + LINE_INTERVAL_MS;
  return {
    update(done, users) {
      if (performance.now() >= next) {
        const share = total ? ` (${Math.floor((100 * done) / total)}%)` : "";
        stream.write(`${label} ${users} users${share}, ${rate(users)}/s\n`);
        next = performance.now() + LINE_INTERVAL_MS;
      }
    },
    note: (text) => stream.write(`${text}\n`),
    stop() {},
  };
}

/** Returns a function that prints why an attempt failed and when the next one is made. */
export function noteRetry(
  progress: Pick<Progress, "note">,
  baseUrl: string,
): (error: ConnectError, pauseMs: number) => void {
  return (error, pauseMs) => progress.note(`${explain(error, baseUrl)}; trying again in ${(pauseMs / 1000).toFixed(1)} s`);
}

/** Users per second since the beginning. */
function createRate(): (users: number) => number {
  const start = performance.now();
  return (users) => Math.round(users / Math.max((performance.now() - start) / 1000, 0.001));
}
