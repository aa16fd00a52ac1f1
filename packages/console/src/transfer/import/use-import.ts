import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { useRef, useState } from "react";
import { randomId } from "../../api/random-id.ts";
import { type ImportMode, type User, UserService } from "../../api/schema.ts";
import { useRefresh } from "../../api/use-refresh.ts";
import { useAccountId } from "../../session/account.ts";
import { type Format, readRows, type SourceRow } from "../file/source.ts";
import { type ImportProgress, runImport } from "./run-import.ts";

interface ImportOptions {
  readonly file: File;
  readonly format: Format;
  /** How many there are in the file. */
  readonly rows: number;
  readonly mode: ImportMode;
  readonly read: (row: SourceRow) => User;
  /** What decides what the rows become: the same file with the same settings is the same import. */
  readonly settings: string;
}

export interface ImportWork {
  /** Undefined: it has not begun. */
  readonly state: "running" | "stopping" | "stopped" | "done" | undefined;
  readonly checkOnly: boolean;
  readonly progress: ImportProgress;
  /** The call that failed for good, and ended it. */
  readonly error: unknown;
  readonly start: (checkOnly: boolean) => Promise<void>;
  readonly stop: () => void;
  /** Back to the settings. */
  readonly reset: () => void;
}

const NOTHING: ImportProgress = { taken: 0, created: 0, updated: 0, skipped: 0, bad: [] };
const ID_LENGTH = 24;

/** Imports a file, or checks it. One that was stopped can be started again: what has landed is not imported twice. */
export function useImport({ file, format, rows, mode, read, settings }: ImportOptions): ImportWork {
  const transport = useTransport();
  const accountId = useAccountId();
  const refresh = useRefresh(UserService);
  const [state, setState] = useState<ImportWork["state"]>();
  const [checkOnly, setCheckOnly] = useState(false);
  const [progress, setProgress] = useState(NOTHING);
  const [error, setError] = useState<unknown>();
  const stopping = useRef(new AbortController());
  const ids = useRef(new Map<string, string>());

  const start = async (onlyCheck: boolean) => {
    const own = new AbortController();
    stopping.current = own;
    setState("running");
    setCheckOnly(onlyCheck);
    setError(undefined);
    setProgress(NOTHING);
    const name = JSON.stringify([accountId, settings, onlyCheck && randomId()]);
    const importId = ids.current.get(name) ?? randomId().replaceAll("-", "").slice(0, ID_LENGTH);
    ids.current.set(name, importId);
    try {
      const result = await runImport({
        client: createClient(UserService, transport),
        accountId,
        mode,
        validateOnly: onlyCheck,
        importId,
        rows: readRows(file, format),
        toUser: read,
        onProgress: setProgress,
        signal: own.signal,
      });
      setProgress(result);
      setState(result.taken < rows ? "stopped" : "done");
    } catch (failure) {
      setError(failure);
      setState("stopped");
    }
    if (!onlyCheck) await refresh();
  };
  const stop = () => {
    stopping.current.abort();
    setState("stopping");
  };
  return { state, checkOnly, progress, error, start, stop, reset: () => setState(undefined) };
}
