import { AuditResource } from "@roster/client";
import { BrokenPromise, PROMISES } from "../broken-promise.ts";
import { readResumed, type StreamParts } from "./resumed.ts";

/** Follows the audit log from its first entry. */
export class AuditFollower {
  /** How many entries about users each request has left. */
  readonly requests = new Map<string, number>();
  sequence = 0n;
  #resumeToken = "";

  async follow(parts: StreamParts): Promise<void> {
    await readResumed(
      parts,
      "the watch of the audit log",
      ({ audit }, signal) => audit.watchAuditEntries({ start: this.#start() }, { signal, timeoutMs: 0 }),
      ({ entries, resumeToken }) => {
        this.#resumeToken = resumeToken;
        for (const { sequence, requestId, resource } of entries) {
          if (sequence !== this.sequence + 1n) {
            throw new BrokenPromise(PROMISES.audit, `entry ${sequence} comes after entry ${this.sequence}`);
          }
          this.sequence = sequence;
          if (resource === AuditResource.USER) this.requests.set(requestId, (this.requests.get(requestId) ?? 0) + 1);
        }
        parts.meter.auditEntries += entries.length;
        return parts.random.chance(BREAK_OFF) ? "break off" : "go on";
      },
    );
  }

  #start() {
    return this.#resumeToken === ""
      ? ({ case: "fromStart", value: true } as const)
      : ({ case: "resumeToken", value: this.#resumeToken } as const);
  }
}

const BREAK_OFF = 0.002;
