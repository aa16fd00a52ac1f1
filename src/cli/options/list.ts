import type { DescMessage } from "@bufbuild/protobuf";
import { type Command, InvalidArgumentError, Option } from "commander";
import { columnNames, type Listing } from "../terminal/columns.ts";
import { NamesOption } from "./names-option.ts";
import { addOutputOptions, type OutputOptions } from "./output.ts";

/** What `addListOptions` adds. */
export interface ListOptions extends OutputOptions {
  readonly filter?: string;
  readonly orderBy?: string;
  readonly columns?: string;
  readonly limit: number;
  readonly all?: boolean;
  readonly count?: boolean;
}

const DEFAULT_LIMIT = 50;

/** The options of every list. */
export function addListOptions<D extends DescMessage>(command: Command, listing: Listing<D>): Command {
  const help = `which fields to print, in this order: id,metadata.plan (default of tables: ${listing.columns.join(",")})`;
  const limit = new Option("--limit <rows>", "the most to list").default(DEFAULT_LIMIT).argParser(parseLimit);
  const asked = command
    .option("--filter <cel>", "only those that pass, in CEL")
    .option("--order-by <fields>", "the order: 'create_time', 'create_time desc, id'");
  return addOutputOptions(asked)
    .addOption(new NamesOption("--columns <names>", help, columnNames(listing)))
    .addOption(limit.conflicts("all"))
    .option("--all", "all there are, as they come")
    .option("--count", "only how many there are");
}

function parseLimit(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    throw new InvalidArgumentError("It must be a whole number from 1 on; for all there is --all.");
  }
  return Number(text);
}
