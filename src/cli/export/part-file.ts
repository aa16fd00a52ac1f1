import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { UsageError } from "../errors.ts";

/** How far an export is. */
export interface ExportPosition {
  readonly resumeToken: string;
  readonly userCount: number;
}

/** What must be the same for an export to be continued. */
export interface ExportScope {
  readonly accountId: string;
  readonly showDeleted: boolean;
  readonly filter: string;
}

/** The content of `FILE.part.json`: how much of `FILE.part` is valid. */
interface Checkpoint extends ExportPosition, ExportScope {
  readonly bytes: number;
}

const START: ExportPosition = { resumeToken: "", userCount: 0 };
/** An interrupted export loses no more than this much work. */
const CHECKPOINT_INTERVAL_MS = 500;

/**
 * The file of an unfinished export, `FILE.part`, which is renamed to `FILE` when it is complete. A later process continues it from the
 * last checkpoint. A checkpoint is written when the data before it is on the disk.
 */
export class PartFile {
  readonly #path: string;
  readonly #scope: ExportScope;
  readonly #file: FileHandle;
  #position: ExportPosition;
  #bytes: number;
  #savedAt = Number.NEGATIVE_INFINITY;

  private constructor(path: string, scope: ExportScope, file: FileHandle, position: ExportPosition, bytes: number) {
    this.#path = path;
    this.#scope = scope;
    this.#file = file;
    this.#position = position;
    this.#bytes = bytes;
  }

  /** Continues an unfinished export of the same scope, or begins. Throws a UsageError if the unfinished one has another filter. */
  static async open(path: string, scope: ExportScope): Promise<PartFile> {
    const checkpoint = await readCheckpoint(path, scope);
    const file = await open(`${path}.part`, checkpoint === undefined ? "w" : "r+");
    const { bytes, ...position } = checkpoint ?? { ...START, bytes: 0 };
    await file.truncate(bytes);
    return new PartFile(path, scope, file, position, bytes);
  }

  /** How far the export is. */
  get position(): ExportPosition {
    return this.#position;
  }

  /** Appends the text, which ends at the position. */
  async write(text: string, position: ExportPosition): Promise<void> {
    const data = Buffer.from(text);
    await this.#file.write(data, 0, data.length, this.#bytes);
    this.#bytes += data.length;
    this.#position = position;
    if (performance.now() - this.#savedAt >= CHECKPOINT_INTERVAL_MS) {
      await this.#save();
      this.#savedAt = performance.now();
    }
  }

  /** Empties the file. */
  async restart(): Promise<void> {
    await rm(checkpointPath(this.#path), { force: true });
    await this.#file.truncate(0);
    this.#bytes = 0;
    this.#position = START;
  }

  /** Gives the file its final name. */
  async complete(): Promise<void> {
    await this.#file.sync();
    await rename(`${this.#path}.part`, this.#path);
    await rm(checkpointPath(this.#path), { force: true });
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #save(): Promise<void> {
    await this.#file.datasync();
    const checkpoint: Checkpoint = { ...this.#scope, ...this.#position, bytes: this.#bytes };
    const path = checkpointPath(this.#path);
    await writeFile(`${path}.new`, JSON.stringify(checkpoint), { flush: true });
    await rename(`${path}.new`, path);
  }
}

/** Throws a UsageError for a device or a folder: they can't be replaced by a file. */
export async function assertWritable(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found !== undefined && !found.isFile()) {
    throw new UsageError(`${file} is not a file; use - for standard output`);
  }
  const folder = await stat(dirname(file)).catch(() => undefined);
  if (!folder?.isDirectory()) {
    throw new UsageError(`${dirname(file)} is not a folder`);
  }
}

function checkpointPath(path: string): string {
  return `${path}.part.json`;
}

/** Undefined if there is none of the same account, or the file is shorter than it says. */
async function readCheckpoint(path: string, scope: ExportScope): Promise<(ExportPosition & { bytes: number }) | undefined> {
  const found = await findCheckpoint(path);
  if (found === undefined) {
    return undefined;
  }
  const { accountId, showDeleted, filter = "", ...checkpoint } = found;
  if (accountId !== scope.accountId || showDeleted !== scope.showDeleted) {
    return undefined;
  }
  if (filter !== scope.filter) {
    const given = filter === "" ? "no filter" : `the filter ${JSON.stringify(filter)}`;
    throw new UsageError(`${path}.part is of an export with ${given}: give the same, or delete ${checkpointPath(path)}`);
  }
  return checkpoint;
}

async function findCheckpoint(path: string): Promise<Checkpoint | undefined> {
  try {
    const checkpoint: Checkpoint = JSON.parse(await readFile(checkpointPath(path), "utf8"));
    const { size } = await stat(`${path}.part`);
    return size >= checkpoint.bytes ? checkpoint : undefined;
  } catch {
    return undefined;
  }
}
