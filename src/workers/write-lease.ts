/** About the turn, a worker says that it wants it, or has ended it; the primary that it is here, or that others want it. */
export type TurnFromWorker = { readonly type: "turn-wanted" } | { readonly type: "turn-over" };
export type TurnFromPrimary = { readonly type: "turn"; readonly wanted: boolean } | { readonly type: "turn-wanted" };

/**
 * A worker's turn to write, where one process can at a time. Kept until another wants it, so that a worker that writes alone
 * asks but once.
 */
export class Turn {
  readonly #send: (message: TurnFromWorker) => void;
  #state: "none" | "asked" | "kept" | "used" = "none";
  #wanted = false;
  #alone = false;
  #resume: (() => void) | undefined;

  constructor(send: (message: TurnFromWorker) => void) {
    this.#send = send;
  }

  /** Waits for the turn, and returns what ends it. One after the other. */
  async take(): Promise<() => void> {
    if (this.#state === "kept") {
      this.#state = "used";
    } else if (!this.#alone) {
      await this.#ask();
    }
    return () => this.#end();
  }

  receive(message: TurnFromPrimary): void {
    this.#wanted = message.type === "turn-wanted" || message.wanted;
    if (message.type === "turn") {
      this.#state = "used";
      this.#resume?.();
    } else {
      this.#giveBack();
    }
  }

  /** There is nobody left to ask. */
  goAlone(): void {
    this.#alone = true;
    this.#resume?.();
  }

  #ask(): Promise<void> {
    this.#state = "asked";
    return new Promise((resolve) => {
      this.#resume = resolve;
      this.#send({ type: "turn-wanted" });
    });
  }

  #end(): void {
    if (this.#state === "used") {
      this.#state = "kept";
      this.#giveBack();
    }
  }

  #giveBack(): void {
    if (this.#state === "kept" && this.#wanted) {
      this.#state = "none";
      this.#wanted = false;
      this.#send({ type: "turn-over" });
    }
  }
}
