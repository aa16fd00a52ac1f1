export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly href: string;
  readonly count?: string | undefined;
}

/** Parts of a page, each with an address of its own. */
export function Tabs({
  label,
  tabs,
  current,
}: {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly current: string;
}) {
  return (
    <nav className="tabs" aria-label={label}>
      {tabs.map(({ id, label: text, href, count }) => (
        <a key={id} href={href} className="tab" aria-current={id === current ? "page" : undefined}>
          {text}
          {count !== undefined && <span className="tab-count">{count}</span>}
        </a>
      ))}
    </nav>
  );
}
