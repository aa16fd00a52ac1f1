/** What a caller knows of a key. */
export interface ApiKeyRecord {
  readonly id: string;
  /** Unknown if the only answer that had it was lost. */
  secret: string | undefined;
  /** When it was revoked, by the clock that only goes on. */
  revokedAt: number | undefined;
  /** Nobody knows whether it is revoked. */
  inDoubt: boolean;
}

/** The keys of a caller. */
export class ApiKeyBook {
  readonly keys: ApiKeyRecord[] = [];
  /** Secrets that were replaced, and are good no longer. */
  readonly deadSecrets: Array<{ readonly secret: string; readonly since: number }> = [];
}
