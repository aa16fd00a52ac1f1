import { once } from "node:events";

const SIGNALS = ["SIGTERM", "SIGINT"];

/** Waits for a signal to end, and returns its name. A second one ends the process at once, after `onSecond`. */
export async function waitForSignal(onSecond = () => {}): Promise<string> {
  const signal = await Promise.race(SIGNALS.map((name) => once(process, name).then(() => name)));
  for (const name of SIGNALS) {
    process.once(name, () => {
      onSecond();
      process.exit(1);
    });
  }
  return signal;
}
