import { createConnectTransport, createGrpcTransport, Http2SessionManager } from "@connectrpc/connect-node";
import { createRosterClient, type RosterClient } from "@roster/client";
import { type RosterProcess, startRoster } from "./roster-process.ts";

/** How long a call may take before its caller gives it up. */
const CALL_TIMEOUT_MS = 20_000;

/** A client on one of the ports of a server. */
export interface SoakClient extends RosterClient {
  /** The same connection, with another key. */
  as(apiKey: string): RosterClient;
}

const GOODBYE_MS = 1_000;
/** What a worker logs when it takes calls. */
const SERVING = /"pid":(\d+).*"msg":"serving"/;

export interface SeatOptions {
  readonly name: string;
  readonly command: string;
  readonly secret: string;
  readonly env: NodeJS.ProcessEnv;
  readonly onLog: (line: string) => void;
}

/** A place for a server: one after the other sits there, on the same database. */
export class Seat {
  readonly name: string;
  readonly #options: SeatOptions;
  #server: RosterProcess | undefined;
  #clients: Clients | undefined;
  readonly #serving = new Set<number>();

  constructor(options: SeatOptions) {
    this.name = options.name;
    this.#options = options;
  }

  get server(): RosterProcess | undefined {
    return this.#server?.isRunning() ? this.#server : undefined;
  }

  /** Clients of both ports, while somebody sits here. */
  get clients(): readonly SoakClient[] {
    return this.server === undefined ? [] : (this.#clients?.clients ?? []);
  }

  /** The ids of its workers that take calls, or did a moment ago. */
  workers(): number[] {
    return (this.server?.workers() ?? []).filter((pid) => this.#serving.has(pid));
  }

  async start(): Promise<void> {
    this.#serving.clear();
    this.#server = await startRoster(this.#options.command, this.#options.env, (line) => {
      const [, pid] = SERVING.exec(line) ?? [];
      if (pid !== undefined) this.#serving.add(Number(pid));
      this.#options.onLog(line);
    });
    this.#clients = connect(this.#server, this.#options.secret);
  }

  /** Ends the server, and the connections to it. */
  async end(signal: NodeJS.Signals): Promise<void> {
    const ending = this.#server?.end(signal);
    const clients = this.#clients;
    this.#clients = undefined;
    await ending;
    // A connection that is closed while the server's goodbye arrives would end this process: connect-node then listens for no errors.
    if (clients !== undefined) setTimeout(clients.close, GOODBYE_MS);
  }
}

interface Clients {
  readonly clients: readonly SoakClient[];
  close(): void;
}

/** Connect on the HTTP port, gRPC on the other. */
function connect({ url, grpcUrl }: RosterProcess, apiKey: string): Clients {
  const shared = { acceptCompression: [] };
  const [http, grpc] = [new Http2SessionManager(url), new Http2SessionManager(grpcUrl)];
  const transports = [
    createConnectTransport({ ...shared, baseUrl: url, httpVersion: "2", useBinaryFormat: true, sessionManager: http }),
    createGrpcTransport({ ...shared, baseUrl: grpcUrl, sessionManager: grpc }),
  ];
  return {
    clients: transports.map((transport) => {
      const as = (key: string) => createRosterClient({ transport, apiKey: key, retry: false, timeoutMs: CALL_TIMEOUT_MS });
      return { ...as(apiKey), as };
    }),
    close() {
      http.abort();
      grpc.abort();
    },
  };
}
