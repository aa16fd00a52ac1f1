import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { useEffect, useRef, useState } from "react";
import { UserService } from "../../api/schema.ts";
import type { Format } from "../file/source.ts";
import { exportUsers } from "./export-users.ts";
import { openSink } from "./sink.ts";

export interface ExportScope {
  readonly accountId: string;
  readonly filter: string;
  readonly showDeleted: boolean;
}

export interface ExportProgress {
  readonly state: "running" | "done" | "failed";
  readonly users: number;
  /** Undefined: it is not known yet. */
  readonly total: number | undefined;
  readonly error?: unknown;
}

const TYPES = { csv: "text/csv", ndjson: "application/x-ndjson" } as const;

/** Exports users into a file of the user's. Ends with the component. */
export function useExport(scope: ExportScope) {
  const transport = useTransport();
  const [progress, setProgress] = useState<ExportProgress>();
  const ending = useRef<AbortController>(undefined);
  useEffect(() => () => ending.current?.abort(), []);

  const run = async (format: Format, name: string) => {
    const client = createClient(UserService, transport);
    const end = new AbortController();
    ending.current = end;
    const sink = await openSink(name, TYPES[format]).catch((error: unknown) => {
      if (!isRefusal(error)) setProgress({ state: "failed", users: 0, total: undefined, error });
    });
    if (sink === undefined) return;
    const set = (change: Partial<ExportProgress>) =>
      setProgress((before) => ({ state: "running", users: 0, total: undefined, ...before, ...change }));
    set({ state: "running" });
    // Only to show how far it is.
    void client.listUsers({ ...scope, countOnly: true }, { signal: end.signal }).then(
      ({ totalSize }) => set({ total: Number(totalSize) }),
      () => {},
    );
    try {
      const users = await exportUsers({
        ...scope,
        client,
        format,
        sink,
        signal: end.signal,
        onProgress: (count) => set({ users: count }),
      });
      await sink.close();
      set({ state: "done", users });
    } catch (error) {
      await sink.abort().catch(() => {});
      if (end.signal.aborted) setProgress(undefined);
      else set({ state: "failed", error });
    }
  };
  return { progress, run, stop: () => ending.current?.abort() };
}

/** The user has closed the browser's own dialog. */
function isRefusal(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
