import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { UsageError } from "../errors.ts";

/** How far an export has come. */
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

/** `FILE.part.json`: how far `FILE.part` is good. */
interface Checkpoint extends ExportPosition, ExportScope {
  readonly bytes: number;
}

const START: ExportPosition = { resumeToken: "", userCount: 0 };
/** An interrupted export loses no more than this much work. */
const CHECKPOINT_INTERVAL_MS = 500;

/**
 * The file of an export on its way: it is written beside its place, and takes it when it is complete. A later process
 * continues it from the last checkpoint, which is on the disk after what it vouches for.
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

  /** Continues an export of the same scope, if there is one, else begins. Refuses one of the same users with another filter. */
  static async open(path: string, scope: ExportScope): Promise<PartFile> {
    const checkpoint = await readCheckpoint(path, scope);
    const file = await open(`${path}.part`, checkpoint === undefined ? "w" : "r+");
    const { bytes, ...position } = checkpoint ?? { ...START, bytes: 0 };
    await file.truncate(bytes);
    return new PartFile(path, scope, file, position, bytes);
  }

  /** What has been written so far. */
  get position(): ExportPosition {
    return this.#position;
  }

  /** Appends; the export stands at the position then. */
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

  /** Forgets what has been written. */
  async restart(): Promise<void> {
    await rm(checkpointPath(this.#path), { force: true });
    await this.#file.truncate(0);
    this.#bytes = 0;
    this.#position = START;
  }

  /** Puts the file into its place. */
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

/** What is no plain file can't be replaced by one: a device, a folder. */
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

/** Undefined unless it is of the same account, and the file is at least as long as it says. */
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
