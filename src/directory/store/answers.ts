import { DAY, type Micros } from "../values/clock.ts";

/** How long answers are remembered. */
export const ANSWER_RETENTION: Micros = DAY;

/** The first answers to calls with a request id, of one account. */
export interface AnswerStore {
  find(method: string, requestId: string): Promise<Answer | undefined>;
  insert(method: string, requestId: string, answer: Answer): Promise<void>;
}

export interface Answer {
  /** Of the request. */
  readonly digest: Uint8Array;
  /** Who got it: `credentialId`. Null: not known. */
  readonly caller: string | null;
  /** The user that the answer is about, so that a purge can find it. */
  readonly userId: string | null;
  /** The encoded response; null once a purge has erased it. */
  readonly response: Uint8Array | null;
}
