import { type ContextValues, createContextKey } from "@connectrpc/connect";
import type { ClientCertificate } from "../../directory/keys/proof.ts";

/** Who is at the other end of the connection that a call came by. */
export interface Peer {
  /** The IP address, without the port. Behind a proxy, that of the proxy. */
  readonly address: string;
  /** Absent: none was shown, or none is asked for. */
  readonly certificate?: ClientCertificate | undefined;
}

/** What knows the peer of a call: the values of Connect's context, or the context itself. */
export interface PeerContext {
  readonly values?: Pick<ContextValues, "get"> | undefined;
  readonly peer?: Peer;
}

/** Where the HTTP port puts the peer. */
export const PEER = createContextKey<Peer | undefined>(undefined);

export function peerOf({ values, peer = values?.get(PEER) }: PeerContext): Peer {
  return peer ?? UNKNOWN;
}

const UNKNOWN: Peer = { address: "" };
