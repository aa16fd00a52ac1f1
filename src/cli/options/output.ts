import { type Command, Option } from "commander";

const FORMATS = ["table", "json", "ndjson", "yaml"] as const;
export type OutputFormat = (typeof FORMATS)[number];

/** What `addOutputOptions` adds. */
export interface OutputOptions {
  readonly output?: OutputFormat;
}

/** The options of every command that prints what the server answers. */
export function addOutputOptions(command: Command): Command {
  const format = "-o, --output <format>";
  return command
    .addOption(new Option(format, "how to print (default: table on a terminal, else ndjson)").choices(FORMATS))
    .addOption(new Option("--json", "the same as --output json").implies({ output: "json" }));
}

/** People get a table, programs a line of JSON each, unless they ask for something else. */
export function formatOf({ output }: OutputOptions): OutputFormat {
  return output ?? (process.stdout.isTTY ? "table" : "ndjson");
}
