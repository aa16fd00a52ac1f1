import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Environment } from "../../config/environment.ts";
import { CommandError, UsageError } from "../errors.ts";

/** A text in a file that its owner alone can read, to be edited. */
export class Draft {
  readonly path: string;

  constructor(name: string, text: string) {
    this.path = join(mkdtempSync(join(tmpdir(), "roster-edit-")), name);
    this.text = text;
  }

  get text(): string {
    return readFileSync(this.path, "utf8");
  }

  set text(text: string) {
    writeFileSync(this.path, text, { mode: 0o600 });
  }

  remove(): void {
    rmSync(dirname(this.path), { recursive: true, force: true });
  }
}

/** The editor that the person wants. Throws a UsageError where none could be seen. */
export function editorOf(env: Environment): string {
  const editor = env["VISUAL"] || env["EDITOR"];
  if (!editor && !process.stdout.isTTY) {
    throw new UsageError(
      "edit needs a terminal, or VISUAL or EDITOR\nnext: in a script, `roster users update` changes single fields",
    );
  }
  return editor || "vi";
}

/** Runs the editor on the file and waits for its end. Throws a CommandError if it fails. */
export async function edit(editor: string, path: string): Promise<void> {
  // Ctrl-C belongs to the editor.
  const ignore = () => {};
  process.on("SIGINT", ignore);
  try {
    // By a shell, since an editor may have arguments: "code --wait".
    const child = spawn("sh", ["-c", `${editor} "$1"`, "sh", path], { stdio: "inherit" });
    const [code, signal] = await once(child, "close");
    if (code !== 0) {
      throw new CommandError(`the editor (${editor}) ended with ${signal ?? `code ${code}`}`);
    }
  } finally {
    process.off("SIGINT", ignore);
  }
}
