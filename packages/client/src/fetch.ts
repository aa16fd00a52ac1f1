import { createConnectTransport } from "@connectrpc/connect-web";
import type { Connection, ServerAddress } from "./context.ts";

export function connectByFetch({ baseUrl, tls }: ServerAddress): Connection {
  if (tls !== undefined) {
    throw new TypeError("`tls` can be given in Node alone: here the platform decides whom it trusts");
  }
  let open = new AbortController();
  const transport = createConnectTransport({
    baseUrl,
    useBinaryFormat: true,
    fetch: (input, init) =>
      fetch(input, { ...init, signal: AbortSignal.any([open.signal, ...(init?.signal ? [init.signal] : [])]) }),
  });
  return {
    transport,
    close() {
      open.abort();
      open = new AbortController();
    },
  };
}
