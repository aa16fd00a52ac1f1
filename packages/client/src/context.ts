import type { Transport } from "@connectrpc/connect";
import { type TokenSource, withSecret, withToken } from "./authorization.ts";
import { withPolicy } from "./calls.ts";
import type { StreamContext } from "./resume.ts";
import { BRIEF, PATIENT, type RetryPolicy } from "./retry.ts";
import { withSeenRevisions } from "./seen-revisions.ts";

/** How a server is reached. */
export interface ServerAddress {
  /** Where the server is: `https://roster.example.com`. Calls use the binary Connect protocol; in Node over HTTP/2. */
  readonly baseUrl: string;
  /** In Node, whether large messages travel as gzip: unless the server is on this machine. Elsewhere the platform decides. */
  readonly compress?: boolean;
  /** In Node alone. */
  readonly tls?: ClientTls;
}

/** Texts are PEM. */
export interface ClientTls {
  /** The authorities that may have signed the server's certificate. Default: those that Node knows. */
  readonly ca?: string;
  /** Shown to the server, with `key`. */
  readonly certificate?: string;
  readonly key?: string;
}

export interface Connection {
  readonly transport: Transport;
  /** Ends the calls under way; a later one connects again. */
  close(): void;
}

/** Knows how the platform reaches a server. */
export type Connect = (address: ServerAddress) => Connection;

/** Neither a key nor a token: calls are those of the key that the client certificate stands for. */
export type RosterClientOptions = {
  /** The secret of an API key. */
  readonly apiKey?: string;
  /** In place of a key: gives a token of an identity provider before each call. */
  readonly token?: TokenSource;
  /** How long a call may take, with all attempts, in milliseconds. Default: 30 seconds; 0: as long as it takes. Streams have no such bound. */
  readonly timeoutMs?: number;
  /** How calls are made again that fail for transient reasons: those that can't do anything twice. `false`: none is. */
  readonly retry?: RetryPolicy | false;
} & (
  | (ServerAddress & { readonly transport?: never })
  | {
      /** A transport of your own. */
      readonly transport: Transport;
      readonly baseUrl?: string;
    }
);

/** What the clients of the services share. */
export interface ClientContext extends StreamContext {
  /** For calls whose answer somebody waits for. */
  readonly transport: Transport;
  /** For work that goes on while a server is replaced. */
  readonly patient: Transport;
  close(): void;
}

const TIMEOUT_MS = 30_000;
const PATIENT_TIMEOUT_MS = 120_000;

export function openContext(options: RosterClientOptions, connect: Connect): ClientContext {
  const { timeoutMs = TIMEOUT_MS, retry = BRIEF } = options;
  const connection = options.transport === undefined ? connect(options) : { transport: options.transport, close: () => {} };
  const authorized = authorize(withSeenRevisions(connection.transport), options);
  let open = new AbortController();
  const closed = () => open.signal;
  const withRetry = (policy: RetryPolicy) => (retry === false ? undefined : policy);
  return {
    transport: withPolicy(authorized, { timeoutMs, retry: retry || undefined, closed }),
    patient: withPolicy(authorized, { timeoutMs: PATIENT_TIMEOUT_MS, retry: withRetry(PATIENT), closed }),
    closed,
    renewsTokens: options.token !== undefined,
    close() {
      open.abort();
      open = new AbortController();
      connection.close();
    },
  };
}

function authorize(transport: Transport, { apiKey, token }: RosterClientOptions): Transport {
  if (token !== undefined) return withToken(transport, token);
  return apiKey === undefined ? transport : withSecret(transport, apiKey);
}
