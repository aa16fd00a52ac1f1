import { execFileSync } from "node:child_process";
import { onTestFinished } from "vitest";
import { testFolder } from "../support/folder.ts";

/** A file system of so many bytes, gone when the test is; undefined for whoever may not mount one. */
export function mountSmallDisk(bytes: number): string | undefined {
  const folder = testFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync("umount", [folder]));
  return folder;
}
