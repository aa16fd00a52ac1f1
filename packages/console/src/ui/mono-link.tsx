/** An id, which leads to what it is of where that is known. */
export function MonoLink({ href, children }: { readonly href: string | undefined; readonly children: string }) {
  if (href === undefined) return <span className="mono soft">{children}</span>;
  return (
    <a href={href} tabIndex={-1} className="mono">
      {children}
    </a>
  );
}
