import type { Command } from "commander";

/** What `addRequestId` adds. */
export interface RequestIdOptions {
  readonly requestId?: string;
}

/** What `addEtag` adds. */
export interface EtagOptions {
  readonly etag?: string;
}

/** The option of every change that may be repeated. */
export function addRequestId(command: Command): Command {
  return command.option("--request-id <id>", "an id of this change: for 24 hours a repeat with it gets the first answer");
}

/** The option of every change of something that is there. */
export function addEtag(command: Command): Command {
  return command.option("--etag <etag>", "only if it is still the one with this etag");
}

/** What they add to a request. */
export function mutationOf({ requestId, etag }: RequestIdOptions & EtagOptions) {
  return { ...(requestId !== undefined && { requestId }), ...(etag !== undefined && { etag }) };
}
