// Peer (a): connect-node + Kysely. Connect, gRPC-Web and gRPC over cleartext HTTP/2: node bench/peers/connect.ts DATABASE
import { once } from "node:events";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import type { ConnectRouter } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { UserService } from "../../gen/roster/v1/user_service_pb.js";
import { type PeerService, peerService } from "./service.ts";
import { openUserStore } from "./store.ts";

/** Listens on any free port. Resolves with it, and with what ends it. */
export async function serveConnect(service: PeerService): Promise<{ port: number; stop: () => void }> {
  const routes = (router: ConnectRouter) => router.service(UserService, service);
  const server = createServer(connectNodeAdapter({ routes }));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return { port: (server.address() as AddressInfo).port, stop: () => server.close() };
}

if (import.meta.main) {
  const { port } = await serveConnect(peerService(openUserStore(process.argv[2] ?? "")));
  console.log(`http://127.0.0.1:${port}`);
}
