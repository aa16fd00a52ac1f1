import { type Client, Code } from "@connectrpc/connect";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { clientOf, type Protocol } from "../support/clients.ts";
import { type ServerProcess, spawnServer } from "../support/process.ts";

/** The codes of a call whose server goes away: they depend on the transport. */
export const GONE = [Code.Unavailable, Code.Canceled, Code.Aborted, Code.Internal, Code.Unknown];

/** A directory whose server is killed or stopped, and started again. */
export class UnreliableDirectory {
  readonly #folder: string;
  readonly #clients = new Map<string, Client<typeof UserService>>();
  #server: Promise<ServerProcess>;

  constructor(folder: string) {
    this.#folder = folder;
    this.#server = spawnServer(folder);
  }

  /** One client for each protocol, as long as the server lives. */
  async users(protocol: Protocol = "Connect, binary, HTTP/2"): Promise<Client<typeof UserService>> {
    const { url, secret } = await this.#server;
    const key = `${url} ${protocol}`;
    const client = this.#clients.get(key) ?? clientOf(UserService, url, secret, protocol);
    this.#clients.set(key, client);
    return client;
  }

  /** Ends the server and starts it again. `users` waits until it is back. */
  restart(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const ending = this.#server.then((server) => server.end(signal));
    this.#server = ending.then(() => spawnServer(this.#folder));
    return this.#server.then(() => {});
  }

  async end(): Promise<void> {
    await (await this.#server).end("SIGTERM");
  }
}
