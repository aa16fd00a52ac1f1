export interface PageRequest {
  readonly pageSize: number;
  readonly pageToken: string;
}

interface Page<T> {
  readonly rows: readonly T[];
  readonly nextPageToken: string;
}

const PAGE_SIZE = 1000;

/** The first rows of a list, page by page. Returns whether there are more. */
export async function* firstRows<T>(
  list: (page: PageRequest) => Promise<Page<T>>,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<readonly T[], boolean> {
  let pageToken = "";
  let left = limit;
  do {
    const { rows, nextPageToken } = await list({ pageSize: Math.min(left, PAGE_SIZE), pageToken });
    yield rows;
    left -= rows.length;
    pageToken = nextPageToken;
  } while (pageToken !== "" && left > 0);
  return pageToken !== "";
}
