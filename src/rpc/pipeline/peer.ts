import { type ContextValues, createContextKey } from "@connectrpc/connect";

/** Who is at the other end of the connection that a call came by. */
export interface Peer {
  /** The IP address, without the port. Behind a proxy, that of the proxy. */
  readonly address: string;
}

/** What knows the peer of a call: the values of Connect's context, or the context itself. */
export interface PeerContext {
  readonly values?: Pick<ContextValues, "get">;
  readonly peer?: Peer;
}

/** Where the HTTP port puts the peer. */
export const PEER = createContextKey<Peer | undefined>(undefined);

export function peerOf({ values, peer = values?.get(PEER) }: PeerContext): Peer {
  return peer ?? UNKNOWN;
}

const UNKNOWN: Peer = { address: "" };
