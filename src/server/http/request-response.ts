import type { universalRequestFromNodeRequest, universalResponseToNodeResponse } from "@connectrpc/connect-node";

/** A request and its response, of HTTP/1.1 or HTTP/2. */
export type Request = Parameters<typeof universalRequestFromNodeRequest>[0];
export type Response = Parameters<typeof universalResponseToNodeResponse>[1];
