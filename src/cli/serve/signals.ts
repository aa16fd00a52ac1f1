import { once } from "node:events";

const SIGNALS = ["SIGTERM", "SIGINT"];

/** Waits to be told to end, and returns the signal. A second one ends the process at once, after `onSecond`. */
export async function toldToEnd(onSecond = () => {}): Promise<string> {
  const signal = await Promise.race(SIGNALS.map((name) => once(process, name).then(() => name)));
  for (const name of SIGNALS) {
    process.once(name, () => {
      onSecond();
      process.exit(1);
    });
  }
  return signal;
}
