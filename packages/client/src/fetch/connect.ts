import type { Connection, ServerAddress } from "../context.ts";
import { fetchTransport } from "./transport.ts";

export function connectByFetch({ baseUrl, tls }: ServerAddress): Connection {
  if (tls !== undefined) {
    throw new TypeError("`tls` can be given in Node alone: here the platform decides whom it trusts");
  }
  let open = new AbortController();
  return {
    transport: fetchTransport(baseUrl, () => open.signal),
    close() {
      open.abort();
      open = new AbortController();
    },
  };
}
