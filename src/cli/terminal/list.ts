import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { ListOptions } from "../options/list.ts";
import { formatOf } from "../options/output.ts";
import { type Columns, defaultColumns, type Listing, parseColumns } from "./columns.ts";
import { toDocument } from "./document.ts";
import { showDocument, showParts, write } from "./output.ts";
import { mapParts } from "./parts.ts";
import { createTable } from "./table.ts";

/** What every list of the API takes. */
export interface ListRequest {
  readonly pageSize: number;
  readonly pageToken: string;
  readonly countOnly: boolean;
  readonly filter: string;
  readonly orderBy: string;
  /** The fields to return, where a list can leave some out. */
  readonly readMask?: { readonly paths: string[] };
}

/** What every list of the API answers. */
interface ListAnswer<T> {
  readonly rows: readonly T[];
  readonly nextPageToken: string;
  readonly totalSize?: bigint | undefined;
}

const PAGE_SIZE = 1000;

/** Shows a list, as the options want it: how much of it, which columns, in which format; or counts it. */
export async function showList<D extends DescMessage>(
  listing: Listing<D>,
  list: (request: ListRequest) => Promise<ListAnswer<MessageShape<D>>>,
  options: ListOptions,
): Promise<void> {
  const { filter = "", orderBy = "", limit, all = false, count = false } = options;
  const columns = columnsOf(listing, options);
  const query = { filter, orderBy, countOnly: count, ...(columns && { readMask: { paths: [...columns.fields] } }) };
  if (count) {
    const { totalSize = 0n } = await list({ ...query, pageSize: 0, pageToken: "" });
    await showDocument({ total_size: String(totalSize) }, `${totalSize}\n`, options);
    return;
  }
  let hasMore = false;
  async function* parts() {
    hasMore = yield* firstRows((page) => list({ ...query, ...page }), all ? Number.POSITIVE_INFINITY : limit);
  }
  await showRows(listing, columns, parts(), options);
  if (hasMore) {
    process.stderr.write(`these are the first ${limit}; --all lists all, --limit more\n`);
  }
}

/** Throws a UsageError for columns that there are not. */
export function checkColumns<D extends DescMessage>(listing: Listing<D>, options: ListOptions): void {
  columnsOf(listing, options);
}

/** Undefined: whole rows. */
function columnsOf<D extends DescMessage>(listing: Listing<D>, options: ListOptions): Columns<D> | undefined {
  if (options.columns !== undefined) {
    return parseColumns(listing, options.columns);
  }
  return formatOf(options) === "table" ? defaultColumns(listing) : undefined;
}

/** The first rows, page by page. Returns whether there are more. */
async function* firstRows<T>(
  list: (page: Pick<ListRequest, "pageSize" | "pageToken">) => Promise<ListAnswer<T>>,
  limit: number,
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

async function showRows<D extends DescMessage>(
  listing: Listing<D>,
  columns: Columns<D> | undefined,
  parts: AsyncIterable<readonly MessageShape<D>[]>,
  options: ListOptions,
): Promise<void> {
  const format = formatOf(options);
  if (format === "table") {
    const { titles, cellsOf } = columns ?? defaultColumns(listing);
    const table = createTable(titles);
    await write(mapParts(parts, (rows) => table(rows.map(cellsOf))));
  } else {
    const documentOf = columns?.documentOf ?? ((row: MessageShape<D>) => toDocument(listing.schema, row));
    await showParts(
      mapParts(parts, (rows) => rows.map(documentOf)),
      format,
    );
  }
}
