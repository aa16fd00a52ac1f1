import { expect, onTestFinished } from "vitest";
import type { AuditEntry, WatchAuditEntriesResponse } from "../../../gen/roster/v1/audit_service_pb.js";
import type { Audit } from "../services.ts";

type Request = Parameters<Audit["watchAuditEntries"]>[0];

export interface AuditWatcher {
  /** The next message; fails the test if the stream ends. */
  next(): Promise<WatchAuditEntriesResponse>;
  /** Messages until so many entries are there. */
  entries(count: number): Promise<AuditEntry[]>;
  /** The token of the last message. */
  readonly token: string;
  hangUp(): void;
}

/** Opens a watch that is hung up when the test ends, at the latest. */
export function watchAudit(audit: Audit, request: Request): AuditWatcher {
  const gone = new AbortController();
  const stream = audit.watchAuditEntries(request, { signal: gone.signal })[Symbol.asyncIterator]();
  const hangUp = () => gone.abort();
  onTestFinished(hangUp);
  let token = "";
  const next = async () => {
    const { value, done } = await stream.next();
    if (done === true) expect.fail("the stream has ended");
    token = value.resumeToken;
    return value;
  };
  return {
    next,
    async entries(count) {
      const entries: AuditEntry[] = [];
      while (entries.length < count) entries.push(...(await next()).entries);
      return entries;
    },
    get token() {
      return token;
    },
    hangUp,
  };
}

/** The first message of a watch. */
export async function firstMessage(audit: Audit, request: Request): Promise<WatchAuditEntriesResponse> {
  const gone = new AbortController();
  for await (const message of audit.watchAuditEntries(request, { signal: gone.signal })) {
    gone.abort();
    return message;
  }
  return expect.fail("the stream has ended");
}
