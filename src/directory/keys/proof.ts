import type { Micros } from "../values/clock.ts";

/** What proves who calls: the secret of a key, or a token; without either, the certificate of the connection. */
export type Proof = string | ClientCertificate | undefined;

/** A certificate that a client has shown for its connection, and that was verified then. */
export interface ClientCertificate {
  /** Its SPIFFE id, and its DNS names in lower case. */
  readonly names: readonly string[];
  /** Identifies the certificate: a digest of the whole. */
  readonly fingerprint: string;
  /** From this moment on it proves nothing. */
  readonly expireTime: Micros;
}
