import { download } from "../../ui/download.ts";

/** Where a file goes, piece by piece. */
export interface Sink {
  write(text: string): Promise<void>;
  /** It is whole: it takes its place. */
  close(): Promise<void>;
  /** Nothing of it is kept. */
  abort(): Promise<void>;
}

interface FilePicker {
  showSaveFilePicker(options: { readonly suggestedName: string }): Promise<FileSystemFileHandle>;
}

/**
 * Straight to a file on the disk where the browser has that, which it asks the user for; else what is written is kept by the browser until
 * it is whole, and downloaded then. Throws an AbortError if the user does not want to.
 */
export async function openSink(name: string, type: string): Promise<Sink> {
  if (!hasPicker(window)) return downloaded(name, type);
  const handle = await window.showSaveFilePicker({ suggestedName: name });
  const file = await handle.createWritable();
  return { write: (text) => file.write(text), close: () => file.close(), abort: () => file.abort() };
}

function hasPicker(place: object): place is FilePicker {
  return "showSaveFilePicker" in place;
}

/** Blobs of some size, which browsers keep on the disk. */
const PART_LENGTH = 4 * 1024 * 1024;

function downloaded(name: string, type: string): Sink {
  const parts: Blob[] = [];
  let text = "";
  const cut = () => {
    parts.push(new Blob([text]));
    text = "";
  };
  return {
    async write(piece) {
      text += piece;
      if (text.length > PART_LENGTH) cut();
    },
    async close() {
      cut();
      download(name, type, parts);
    },
    async abort() {
      parts.length = 0;
    },
  };
}
