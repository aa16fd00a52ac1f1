import type { WriteLease } from "../directory/store/write-lease.ts";
import type { Meter } from "../metrics/meter.ts";
import type { Tracer } from "../tracing/span.ts";
import type { Engine } from "./engine.ts";
import type { PostgresOptions } from "./postgres/engine.ts";
import { DatabaseProblem, databaseUnusable } from "./problem.ts";
import { assertReadable } from "./sqlite/files.ts";

export interface EngineOptions {
  readonly limits?: PostgresOptions;
  readonly writeLease?: WriteLease | undefined;
  readonly meter?: Meter | undefined;
  readonly tracer?: Tracer | undefined;
  /** A file is not made if there is none. */
  readonly mustExist?: boolean;
  /** For work that only reads: a file stays as it is. */
  readonly readOnly?: boolean;
}

export const DEFAULT_LIMITS: PostgresOptions = { poolSize: 10, statementTimeoutMs: 30_000 };

/** The engine of `sqlite:PATH` or `postgres://…`. Throws a DatabaseProblem. */
export async function openEngine(
  url: string,
  { limits = DEFAULT_LIMITS, writeLease, meter, tracer, mustExist = false, readOnly = false }: EngineOptions = {},
): Promise<Engine> {
  // Imported here, so that a process loads the driver of its own database only.
  if (!url.startsWith("sqlite:")) {
    const { openPostgres } = await import("./postgres/engine.ts");
    return openPostgres(url, { ...limits, tracer }, meter);
  }
  const { openSqlite } = await import("./sqlite/engine.ts");
  const path = url.slice("sqlite:".length);
  try {
    if (mustExist) assertReadable(path);
    return openSqlite(path, { writeLease, meter, tracer, readOnly });
  } catch (error) {
    throw toDatabaseProblem(url, error);
  }
}

/** Closes the engine after the work. Throws a DatabaseProblem for what is no defect of ours. */
export async function withEngine<T>(url: string, work: (engine: Engine) => Promise<T>, options?: EngineOptions): Promise<T> {
  const engine = await openEngine(url, options);
  try {
    return await work(engine);
  } catch (error) {
    throw engine.outageOf(error) !== undefined || hasCode(error) ? toDatabaseProblem(url, error) : error;
  } finally {
    await engine.close();
  }
}

export function toDatabaseProblem(url: string, error: unknown): DatabaseProblem {
  return error instanceof DatabaseProblem ? error : databaseUnusable(withoutSecrets(url), error);
}

/** Errors of drivers and of the system have one; defects of ours do not. */
function hasCode(error: unknown): boolean {
  return error instanceof Error && "code" in error;
}

function withoutSecrets(url: string): string {
  return url
    .replace(/^sqlite:/, "")
    .replace(/^(\w+:\/\/).*@/, "$1")
    .replace(/\?.*$/, "");
}
