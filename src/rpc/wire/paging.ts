import { FIRST_PAGE, type Listing, readPage, readTotal } from "../../directory/lists/list.ts";
import type { Binding, Tokens } from "./tokens.ts";

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 1000;

/** What every request for a list has. */
export interface ListRequest extends TotalRequest {
  readonly pageSize: number;
  readonly pageToken: string;
  readonly skip: number;
}

interface TotalRequest {
  readonly includeTotal: boolean;
  readonly countOnly: boolean;
  readonly maxTotal: number;
}

/** What every answer with a list has, besides its items. */
export interface ListAnswer {
  readonly nextPageToken: string;
  readonly previousPageToken: string;
  readonly totalSize?: bigint;
  readonly totalExact?: boolean;
}

/** A list of one moment. */
interface ListingAt<T> extends Listing<T> {
  /** The account's revision, where the list is of users of one account. */
  readonly revision?: number | undefined;
}

/** The page that a request asks for, the tokens of the pages next to it, good for requests with the same binding, and the total. */
export async function answerList<T>(
  tokens: Tokens,
  binding: Binding,
  request: ListRequest,
  listing: ListingAt<T>,
): Promise<{ readonly items: readonly T[]; readonly answer: ListAnswer }> {
  const { items, ...page } = request.countOnly ? NO_PAGE : await answerPage(tokens, binding, request, listing);
  return { items, answer: { ...page, ...(asksForTotal(request) && (await answerTotal(request, listing))) } };
}

/** Whether the list is counted. */
export function asksForTotal({ includeTotal, countOnly, maxTotal }: TotalRequest): boolean {
  return includeTotal || countOnly || maxTotal > 0;
}

const NO_PAGE = { items: [], nextPageToken: "", previousPageToken: "" };

async function answerPage<T>(
  tokens: Tokens,
  binding: Binding,
  { pageSize, pageToken, skip }: ListRequest,
  listing: ListingAt<T>,
) {
  const start = pageToken === "" ? FIRST_PAGE : tokens.openPage(binding, pageToken);
  const limit = Math.min(pageSize || DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  const { items, next, previous } = await readPage(listing, start, { skip, limit });
  return {
    items,
    nextPageToken: next === undefined ? "" : tokens.sealPage(binding, next, listing.revision),
    previousPageToken: previous === undefined ? "" : tokens.sealPage(binding, previous, listing.revision),
  };
}

async function answerTotal<T>({ maxTotal }: TotalRequest, listing: Listing<T>) {
  const { size, exact } = await readTotal(listing, maxTotal || undefined);
  return { totalSize: BigInt(size), totalExact: exact };
}
