import type { ReactNode } from "react";

/** A line of a list of facts. */
export function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{label}</dt>
      <dd>{children || <span className="faint">–</span>}</dd>
    </div>
  );
}

/** Facts that belong together. */
export function FactCard({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="card" aria-label={title}>
      <div className="card-head">
        <h2>{title}</h2>
      </div>
      <dl className="facts">{children}</dl>
    </section>
  );
}
