import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { isTransient } from "./problem.ts";

const MAX_RETRIES = 3;
const STALE_MS = 10_000;

/** `onError` hears of each failure that is not tried again. */
export function createQueryClient(onError: (error: unknown) => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: STALE_MS,
        retry: (failures, error) => failures < MAX_RETRIES && isTransient(error),
        retryDelay: (failures) => Math.min(5_000, 300 * 2 ** failures),
        refetchOnWindowFocus: false,
        // The server may be on this very machine, which needs no network.
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
}
