import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdtempSync, rmSync, statfsSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for the database, on a disk of its own where one can be mounted: that one can be made full. */
export interface Disk {
  readonly folder: string;
  /** Takes all the room that is left; undefined where the disk is not our own. */
  readonly fill: (() => void) | undefined;
  /** Lets it be nearly full: filling it takes a moment only. */
  makeRoom(): void;
  remove(): void;
}

const MIB = 1024 * 1024;
const ROOM = 128 * MIB;

export function openDisk(mebibytes: number): Disk {
  const folder = mkdtempSync(join(tmpdir(), "roster-soak-"));
  const isMounted = mount(folder, mebibytes);
  // PostgreSQL runs as a user of its own.
  chmodSync(folder, 0o755);
  const ballast = join(folder, "ballast");
  writeFileSync(ballast, "");
  const remove = () => {
    if (isMounted) unmount(folder);
    rmSync(folder, { recursive: true, force: true });
  };
  process.once("exit", remove);
  return {
    folder,
    fill: isMounted ? () => leave(folder, ballast, 0) : undefined,
    makeRoom() {
      if (isMounted) leave(folder, ballast, ROOM);
    },
    remove() {
      process.removeListener("exit", remove);
      remove();
    },
  };
}

function mount(folder: string, mebibytes: number): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", folder], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** At once, also where a process that is about to end still has a file open. */
function unmount(folder: string): void {
  try {
    execFileSync("umount", ["--lazy", folder], { stdio: "ignore" });
  } catch {
    // It is gone.
  }
}

/** Takes what is free, but for so many bytes. */
function leave(folder: string, ballast: string, bytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  const size = statSync(ballast).size + bavail * bsize - bytes;
  truncateSync(ballast, Math.max(0, Math.min(size, statSync(ballast).size)));
  for (let more = size - statSync(ballast).size; more > 0; more -= MIB) {
    try {
      appendFileSync(ballast, Buffer.alloc(Math.min(more, MIB)));
    } catch {
      // Somebody else has taken the rest.
      return;
    }
  }
}
