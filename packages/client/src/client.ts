import { type Client, createClient, type Transport } from "@connectrpc/connect";
import { AccountService } from "../gen/roster/v1/account_service_pb.js";
import { ApiKeyService } from "../gen/roster/v1/api_key_service_pb.js";
import { AuditService } from "../gen/roster/v1/audit_service_pb.js";
import { ServerService } from "../gen/roster/v1/server_service_pb.js";
import { SessionService } from "../gen/roster/v1/session_service_pb.js";
import { UserDataService } from "../gen/roster/v1/user_data_service_pb.js";
import { UserService } from "../gen/roster/v1/user_service_pb.js";
import { withSeenRevisions } from "./seen-revisions.ts";

export interface RosterClient {
  readonly users: Client<typeof UserService>;
  readonly sessions: Client<typeof SessionService>;
  readonly accounts: Client<typeof AccountService>;
  readonly apiKeys: Client<typeof ApiKeyService>;
  readonly audit: Client<typeof AuditService>;
  readonly userData: Client<typeof UserDataService>;
  readonly server: Client<typeof ServerService>;
  /** Ends the connection, and with it the calls under way. A later call opens it again. */
  close(): void;
}

export type RosterClientOptions = {
  /** The secret of an API key. Absent: calls are those of the key that the client certificate stands for. */
  readonly apiKey?: string;
} & (
  | (ServerAddress & { readonly transport?: never })
  | {
      /** A transport of your own. */
      readonly transport: Transport;
      readonly baseUrl?: string;
    }
);

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

/** `connect` knows how the platform reaches a server. */
export function clientOf(options: RosterClientOptions, connect: (address: ServerAddress) => Connection): RosterClient {
  const { transport, close } =
    options.transport === undefined ? connect(options) : { transport: options.transport, close: () => {} };
  const consistent = withSeenRevisions(transport);
  const authorized =
    options.apiKey === undefined ? consistent : withHeader(consistent, "authorization", `Bearer ${options.apiKey}`);
  return {
    users: createClient(UserService, authorized),
    sessions: createClient(SessionService, authorized),
    accounts: createClient(AccountService, authorized),
    apiKeys: createClient(ApiKeyService, authorized),
    audit: createClient(AuditService, authorized),
    userData: createClient(UserDataService, authorized),
    server: createClient(ServerService, authorized),
    close,
  };
}

/** An interceptor would not do: it has to be given when the transport is created, and callers may bring their own. */
function withHeader(transport: Transport, name: string, value: string): Transport {
  const add = (given: ConstructorParameters<typeof Headers>[0]) => {
    const header = new Headers(given);
    header.set(name, value);
    return header;
  };
  return {
    unary: (method, signal, timeoutMs, header, input, contextValues) =>
      transport.unary(method, signal, timeoutMs, add(header), input, contextValues),
    stream: (method, signal, timeoutMs, header, input, contextValues) =>
      transport.stream(method, signal, timeoutMs, add(header), input, contextValues),
  };
}
