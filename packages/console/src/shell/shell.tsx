import { useEffect, useRef, useState } from "react";
import { hashOf, navigate, useRoute } from "../router/route.ts";
import { useSession } from "../session/session.ts";
import { Empty } from "../ui/states.tsx";
import { Receipts } from "../users/purge/receipts.tsx";
import { ConnectionBanner } from "./connection-banner.tsx";
import { Palette } from "./palette/palette.tsx";
import { useShortcuts } from "./palette/use-shortcuts.ts";
import { Sidebar } from "./sidebar.tsx";
import { VIEWS } from "./views.tsx";

/** The frame of the console: navigation on the left, the view beside it. */
export function Shell() {
  const session = useSession();
  const { path, params } = useRoute();
  const main = useRef<HTMLElement>(null);
  const views = VIEWS.filter(({ allowed }) => allowed(session));
  const first = views[0]?.id ?? "";
  const [name = first, ...rest] = path;
  useEffect(() => {
    if (path.length === 0) navigate(hashOf([first], params), { replace: true });
  }, [path, params, first]);
  const view = views.find(({ id }) => id === name);
  const [finding, setFinding] = useState(false);
  useShortcuts(() => setFinding(true));
  useFocusOnChange(main, `${name}/${rest[0] ?? ""}`);
  return (
    <div className="shell">
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <Sidebar views={views} current={view?.id} onFind={() => setFinding(true)} />
      <div className="shell-content">
        <ConnectionBanner />
        <main ref={main} id="main" tabIndex={-1} className="main">
          {view === undefined ? (
            <Empty icon="search" title="There is nothing here">
              This address belongs to no view that your key may see.
            </Empty>
          ) : (
            view.render(rest, session)
          )}
        </main>
      </div>
      <Receipts />
      {finding && <Palette views={views} onClose={() => setFinding(false)} />}
    </div>
  );
}

/** After a step to another page the keyboard and screen readers begin there, not where the last page was left. */
function useFocusOnChange(main: { readonly current: HTMLElement | null }, page: string): void {
  const before = useRef(page);
  useEffect(() => {
    if (before.current === page) return;
    before.current = page;
    main.current?.focus({ preventScroll: true });
  }, [page, main]);
}
