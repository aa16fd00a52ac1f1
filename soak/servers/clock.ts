import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Debian's faketime. */
const LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

export const canMoveClocks = (): boolean => existsSync(LIBRARY);

/** The clock of a server: that of the machine, moved by so many seconds. Time that only goes on stays as it is. */
export class MovableClock {
  readonly name: string;
  readonly #file: string;

  constructor(folder: string, name: string) {
    this.name = name;
    this.#file = join(folder, `${name}.clock`);
    this.move(0);
  }

  move(seconds: number): void {
    writeFileSync(this.#file, `${seconds < 0 ? "" : "+"}${seconds}\n`, { mode: 0o644 });
  }

  env(): NodeJS.ProcessEnv {
    return {
      LD_PRELOAD: LIBRARY,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_CACHE_DURATION: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      NO_FAKE_STAT: "1",
    };
  }
}
