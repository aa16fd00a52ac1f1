import { useState } from "react";
import { Icon } from "./icon.tsx";
import { tell } from "./toasts.tsx";

const SHOWN_MS = 1_500;

/** A value to be copied, with the button that does it. */
export function Copy({ text, what }: { readonly text: string; readonly what: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    if (!(await writeClipboard(text))) {
      tell({ text: "The browser does not let this page use the clipboard.", tone: "bad" });
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MS);
  };
  return (
    <button type="button" className="copy" onClick={copy} aria-label={`Copy ${what}`} title={`Copy ${what}`}>
      <Icon name={copied ? "check" : "copy"} size={14} />
      <span className="visually-hidden" aria-live="polite">
        {copied ? "Copied" : ""}
      </span>
    </button>
  );
}

/** There is no clipboard for pages that come by plain HTTP from another machine. */
async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
