import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { CommandError } from "../errors.ts";

/** Whether there is somebody to ask. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Asks at the terminal, on standard error, so that it never mixes with data. Ctrl-C and Ctrl-D end the command. */
export function ask(question: string, { hidden = false } = {}): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: hidden ? nowhere : process.stderr, terminal: true });
  if (hidden) {
    process.stderr.write(question);
  }
  return new Promise((resolve, reject) => {
    lines.once("SIGINT", () => lines.close());
    lines.once("close", () => {
      process.stderr.write("\n");
      reject(new CommandError("stopped; nothing was changed", { outcome: "interrupted" }));
    });
    lines.question(hidden ? "" : question, (answer) => {
      lines.removeAllListeners("close").close();
      if (hidden) {
        process.stderr.write("\n");
      }
      resolve(answer);
    });
  });
}
