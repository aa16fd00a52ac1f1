import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import type { CallOptions } from "@connectrpc/connect";

/** What is asked of a list as a whole: the pages take care of themselves. */
export type ListQuery<Request extends DescMessage> = Omit<
  Extract<MessageInitShape<Request>, { readonly $typeName?: never }>,
  "$typeName" | "$unknown" | "pageToken" | "includeTotal" | "countOnly" | "maxTotal"
>;

/** `for await (const row of all({ filter })) { … }`: the rows of all pages. */
export type All<Request extends DescMessage, Row> = (
  query?: ListQuery<Request>,
  options?: CallOptions,
) => AsyncGenerator<Row, void>;

const PAGE_SIZE = 500;

interface Page {
  readonly nextPageToken: string;
}

/** The next page is asked for when the one before has been read. */
export function allOf<Request extends object, P extends Page, Row>(
  list: (request: Request, options?: CallOptions) => Promise<P>,
  rowsOf: (page: P) => readonly Row[],
): (query?: object, options?: CallOptions) => AsyncGenerator<Row, void> {
  return async function* all(query = {}, options = {}) {
    let page = await list(toRequest({ pageSize: PAGE_SIZE, ...query }), options);
    yield* rowsOf(page);
    while (page.nextPageToken !== "") {
      page = await list(toRequest({ pageSize: PAGE_SIZE, ...query, skip: 0, pageToken: page.nextPageToken }), options);
      yield* rowsOf(page);
    }
  };
}

/** All lists have these fields. */
function toRequest<Request>(query: {
  readonly pageSize: number;
  readonly skip?: number;
  readonly pageToken?: string;
}): Request {
  return query as Request;
}
