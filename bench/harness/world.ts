import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { copyDatabase, fillDatabase } from "./database.ts";
import type { Outcome } from "./outcome.ts";
import { CONNECT_PEER, databaseIn, GRPC_PEER, ROSTER, type Server, startPeer, startRoster } from "./servers.ts";

/** A piece of work that is measured. */
export interface Work {
  /** As it is asked for on the command line. */
  readonly name: string;
  run(world: World): Promise<Outcome[]>;
}

export interface World {
  readonly rounds: number;
  /** In the big databases. */
  readonly users: number;
  /** Of the ADMIN key in every database. */
  readonly secret: string;
  /** A new folder. */
  folder(): string;
  /** The servers, Roster on one copy of a big database, the peers on another. They start when they are first asked for. */
  servers(): Promise<Servers>;
  stop(): Promise<void>;
}

export type Servers = Readonly<Record<typeof ROSTER | typeof CONNECT_PEER | typeof GRPC_PEER, Server>>;

export function createWorld(root: string, options: Pick<World, "rounds" | "users" | "secret">): World {
  let folders = 0;
  let servers: Promise<Servers> | undefined;
  const folder = () => {
    folders += 1;
    const path = join(root, String(folders));
    mkdirSync(path);
    return path;
  };
  return {
    ...options,
    folder,
    servers: () => {
      servers ??= startAll(folder, options);
      return servers;
    },
    async stop() {
      await Promise.all(Object.values((await servers) ?? {}).map((server) => server.stop()));
    },
  };
}

async function startAll(folder: () => string, { users, secret }: Pick<World, "users" | "secret">): Promise<Servers> {
  const [original, ours, theirs] = [folder(), folder(), folder()];
  console.error(`… filling a database with ${users} users`);
  await fillDatabase(`sqlite:${databaseIn(original)}`, secret, users);
  for (const copy of [ours, theirs]) copyDatabase(original, copy);
  rmSync(original, { recursive: true });
  return {
    [ROSTER]: await startRoster(ours, { secret }),
    [CONNECT_PEER]: await startPeer(CONNECT_PEER, theirs),
    [GRPC_PEER]: await startPeer(GRPC_PEER, theirs),
  };
}
