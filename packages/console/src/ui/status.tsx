import type { ReactNode } from "react";

export type Tone = "good" | "warn" | "bad" | "calm" | "accent";

/** A state in a word. Its colour says nothing that the word does not. */
export function Badge({ tone = "calm", children }: { readonly tone?: Tone; readonly children: ReactNode }) {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}
