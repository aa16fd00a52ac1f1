import type { ConnectError } from "@connectrpc/connect";
import {
  type InfiniteData,
  keepPreviousData,
  type QueryKey,
  type UseInfiniteQueryResult,
  useQueryClient,
} from "@tanstack/react-query";
import { useCallback, useMemo, useRef } from "react";
import { type Problem, problemOf } from "./problem.ts";

/** A list of any length, read a page at a time. */
export interface Pages<P, T> {
  readonly items: readonly T[];
  readonly first: P | undefined;
  /** The first page is on its way, and there is nothing to show. */
  readonly loading: boolean;
  /** Another list is on its way; what is shown is the one before. */
  readonly stale: boolean;
  /** Nothing can be shown because of it. */
  readonly error: ConnectError | undefined;
  /** Of the list that was asked for last, also when one from before is shown. */
  readonly problem: Problem | undefined;
  readonly hasMore: boolean;
  readonly loadMore: () => void;
  /** Reads the first page anew, and drops the others. */
  readonly reload: () => Promise<void>;
}

/** How every list is read: with the query that takes them, pages follow each other by their tokens. */
export const PAGED = {
  pageParamKey: "pageToken",
  getNextPageParam: ({ nextPageToken }: { readonly nextPageToken: string }) => nextPageToken || undefined,
  placeholderData: keepPreviousData,
  structuralSharing: false,
  // All pages would be read again, one after the other. Lists are kept up to date by a watch, or by `reload`.
  staleTime: Number.POSITIVE_INFINITY,
  refetchOnReconnect: false,
} as const;

/** `queryKey`: of the query. `itemsOf` must be the same function each time. */
export function usePages<P, T>(
  query: UseInfiniteQueryResult<InfiniteData<P>, ConnectError>,
  queryKey: QueryKey,
  itemsOf: (page: P) => readonly T[],
): Pages<P, T> {
  const client = useQueryClient();
  const { error, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage, refetch, isPlaceholderData } = query;
  const last = useRef(query.data);
  if (query.data !== undefined) last.current = query.data;
  const failed = query.data === undefined && error !== null;
  // What was shown stays while somebody mends a filter.
  const data = failed && keepsLast(error) ? last.current : query.data;
  const items = useMemo(() => data?.pages.flatMap(itemsOf) ?? [], [data, itemsOf]);
  const loadMore = useCallback(() => {
    if (!isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [isFetching, isFetchNextPageError, fetchNextPage]);
  const reload = async () => {
    client.setQueryData<InfiniteData<P>>(queryKey, (before) => before && firstOf(before));
    await refetch();
  };
  return {
    items,
    first: data?.pages[0],
    loading: data === undefined && error === null,
    stale: isPlaceholderData,
    error: data === undefined ? (error ?? undefined) : undefined,
    problem: error === null ? undefined : problemOf(error),
    hasMore: !failed && hasNextPage,
    loadMore,
    reload,
  };
}

function keepsLast(error: ConnectError): boolean {
  return problemOf(error).reason === "FILTER_INVALID";
}

function firstOf<P>({ pages, pageParams }: InfiniteData<P>): InfiniteData<P> {
  return { pages: pages.slice(0, 1), pageParams: pageParams.slice(0, 1) };
}
