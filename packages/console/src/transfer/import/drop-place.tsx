import { type DragEvent, useRef, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";

interface DropPlaceProps {
  /** The name of the file that is being read. */
  readonly reading: string | undefined;
  readonly onFile: (file: File) => void;
}

/** Takes a file: chosen, or dropped. */
export function DropPlace({ reading, onFile }: DropPlaceProps) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const drag = (event: DragEvent, entered: boolean) => {
    event.preventDefault();
    setOver(entered);
  };
  const drop = (event: DragEvent) => {
    drag(event, false);
    const [file] = event.dataTransfer.files;
    if (file !== undefined) onFile(file);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: to drop a file here is another way to press the button in it.
    <div
      className={`drop ${over ? "drop-over" : ""}`}
      onDragOver={(event) => drag(event, true)}
      onDragLeave={(event) => drag(event, false)}
      onDrop={drop}
    >
      <span className="state-icon">
        <Icon name="import" size={22} />
      </span>
      <p className="state-title" role="status">
        {reading === undefined ? "Drop a file here" : `Reading ${reading}…`}
      </p>
      <p className="state-text">
        CSV with a first line that names the columns, or NDJSON with a user in each line. Files of any size are read piece by
        piece, and stay on this machine but for the rows that you import.
      </p>
      <input
        ref={input}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        aria-label="File with users"
        accept=".csv,.tsv,.ndjson,.jsonl"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          if (file !== undefined) onFile(file);
          event.target.value = "";
        }}
      />
      <Button look="primary" busy={reading !== undefined} onClick={() => input.current?.click()}>
        Choose a file
      </Button>
    </div>
  );
}
