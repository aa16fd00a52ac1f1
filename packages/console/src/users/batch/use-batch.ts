import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { useRef, useState } from "react";
import { UserService } from "../../api/schema.ts";
import { useAccountId } from "../../session/account.ts";
import type { Operation } from "./operations.ts";

/** A user whom it was not done to, and why. */
export interface Failure {
  readonly id: string;
  readonly message: string;
}

export interface Progress {
  readonly total: number;
  readonly taken: number;
  readonly changed: number;
  readonly failures: readonly Failure[];
  readonly state: "running" | "stopped" | "done";
  /** The call that failed as a whole, and ended it. */
  readonly error?: unknown;
}

/** Small enough that progress shows and others get in between. */
const ROWS = 200;

/** Does something to many users, a part at a time. It can be stopped between two parts. */
export function useBatch(operation: Operation) {
  const transport = useTransport();
  const accountId = useAccountId();
  const [progress, setProgress] = useState<Progress>();
  const stopping = useRef(false);
  const run = async (ids: readonly string[]) => {
    const client = createClient(UserService, transport);
    let now: Progress = { total: ids.length, taken: 0, changed: 0, failures: [], state: "running" };
    setProgress(now);
    try {
      for (let from = 0; from < ids.length && !stopping.current; from += ROWS) {
        const part = ids.slice(from, from + ROWS);
        const { failures, changed } = await operation.run(client, accountId, part);
        const told = failures.map(({ index, status }) => ({ id: part[index] ?? "", message: status?.message ?? "" }));
        now = { ...now, taken: from + part.length, changed: now.changed + changed, failures: [...now.failures, ...told] };
        setProgress(now);
      }
      setProgress({ ...now, state: stopping.current ? "stopped" : "done" });
    } catch (error) {
      setProgress({ ...now, state: "stopped", error });
    }
  };
  const stop = () => {
    stopping.current = true;
  };
  return { progress, run, stop };
}
