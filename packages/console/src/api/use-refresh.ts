import type { DescService } from "@bufbuild/protobuf";
import { createConnectQueryKey } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";

/** Reads anew what is on show of a service, once something of it has been changed. */
export function useRefresh(service: DescService): () => Promise<void> {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: createConnectQueryKey({ schema: service, cardinality: undefined }) });
}
