import type { Random } from "../../test/server/random.ts";

/** What an attack is given. */
export interface Field {
  readonly origin: URL;
  /** Of a key that may read. */
  readonly secret: string;
  readonly random: Random;
  /** Aborted when it is over. */
  readonly signal: AbortSignal;
  readonly count: AttackCount;
}

export interface AttackCount {
  connections: number;
  /** By the server. */
  closed: number;
  bytes: number;
}

/** Goes on until it is over, whatever the server does. */
export type Attack = (field: Field) => Promise<void>;
