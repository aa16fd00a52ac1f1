import { FIRST_PAGE, type Listing, readPage } from "../../directory/lists/list.ts";
import type { Binding, Tokens } from "./tokens.ts";

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 1000;

export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
  readonly skip?: number;
}

/** The page that a request asks for, and the tokens of the pages next to it, good for requests with the same binding. */
export async function answerPage<T>(
  tokens: Tokens,
  binding: Binding,
  { pageSize, pageToken, skip = 0 }: PageRequest,
  listing: Listing<T>,
): Promise<{ items: readonly T[]; nextPageToken: string; previousPageToken: string }> {
  const start = pageToken === "" ? FIRST_PAGE : tokens.openPage(binding, pageToken);
  const limit = Math.min(pageSize || DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE);
  const { items, next, previous } = await readPage(listing, start, { skip, limit });
  return {
    items,
    nextPageToken: next === undefined ? "" : tokens.sealPage(binding, next),
    previousPageToken: previous === undefined ? "" : tokens.sealPage(binding, previous),
  };
}
