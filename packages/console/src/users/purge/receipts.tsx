import { useSyncExternalStore } from "react";
import type { PurgeReceipt } from "../../api/schema.ts";
import { Receipt } from "./receipt.tsx";

interface Shown {
  readonly name: string;
  readonly receipt: PurgeReceipt;
}

let shown: Shown | undefined;
const listeners = new Set<() => void>();

/** Shows a receipt, whatever becomes of the page about the user who is no more. */
export function showReceipt(receipt: Shown | undefined): void {
  shown = receipt;
  for (const listener of listeners) listener();
}

export function Receipts() {
  const current = useSyncExternalStore(subscribe, () => shown);
  return current && <Receipt {...current} onClose={() => showReceipt(undefined)} />;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
