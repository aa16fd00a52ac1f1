import { type FileHandle, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RosterError } from "../../directory/errors.ts";
import { messageOf, systemCode } from "../../directory/values/cause.ts";

/**
 * Bytes that are read once all are written. Small ones stay in memory, more than `memory` go to a temporary file. It has no name, so that
 * it is gone with the process, whatever ends that. Throws STORE_UNAVAILABLE where the file can't be written.
 */
export class Spool {
  readonly #memory: number;
  #chunks: Uint8Array[] = [];
  #size = 0;
  #file: FileHandle | undefined;

  constructor(memory: number) {
    this.#memory = memory;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size > this.#memory) await this.#flush();
  }

  async *read(): AsyncGenerator<Uint8Array> {
    if (this.#file === undefined) {
      yield* this.#chunks;
      return;
    }
    await this.#flush();
    yield* this.#file.createReadStream({ start: 0, autoClose: false });
  }

  async close(): Promise<void> {
    this.#chunks = [];
    await this.#file?.close();
  }

  async #flush(): Promise<void> {
    try {
      this.#file ??= await openNameless();
      await this.#file.appendFile(Buffer.concat(this.#chunks));
    } catch (error) {
      const message = `the server can't write a temporary file (${systemCode(error) ?? messageOf(error)}); try again`;
      throw new RosterError("STORE_UNAVAILABLE", message, { retryAfter: 1_000, cause: error });
    }
    this.#chunks = [];
    this.#size = 0;
  }
}

async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `roster-${crypto.randomUUID()}`);
  const file = await open(path, "wx+", 0o600);
  await rm(path);
  return file;
}
