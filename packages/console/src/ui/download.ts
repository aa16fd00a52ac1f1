const FREED_AFTER_MS = 60_000;

/** Hands a file to the user. */
export function download(name: string, type: string, parts: ReadonlyArray<string | Blob>): void {
  const url = URL.createObjectURL(new Blob([...parts], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), FREED_AFTER_MS);
}
