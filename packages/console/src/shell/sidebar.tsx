import { useHref } from "../session/account.ts";
import { useSession } from "../session/session.ts";
import { Icon } from "../ui/icon.tsx";
import { Menu } from "../ui/menu.tsx";
import { AccountSwitch } from "./account-switch.tsx";
import { Logo } from "./logo.tsx";
import { ThemeMenu } from "./theme-menu.tsx";
import type { View } from "./views.tsx";

const SHORTCUT = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘K" : "Ctrl K";

interface SidebarProps {
  readonly views: readonly View[];
  readonly current: string | undefined;
  /** Opens the command palette. */
  readonly onFind: () => void;
}

export function Sidebar({ views, current, onFind }: SidebarProps) {
  const href = useHref();
  return (
    <header className="sidebar">
      <div className="sidebar-head">
        <Logo />
        <ThemeMenu />
      </div>
      <AccountSwitch />
      <button type="button" className="find" onClick={onFind} aria-keyshortcuts="Control+K Meta+K">
        <Icon name="search" />
        <span>Find</span>
        <kbd>{SHORTCUT}</kbd>
      </button>
      <nav aria-label="Console" className="nav">
        {views.map(({ id, label, icon }) => (
          <a key={id} href={href([id])} className="nav-link" aria-current={id === current ? "page" : undefined}>
            <Icon name={icon} />
            <span>{label}</span>
          </a>
        ))}
      </nav>
      <Caller />
    </header>
  );
}

/** Who is signed in, and the way out. */
function Caller() {
  const { who, signOut } = useSession();
  const name = who.user?.displayName || who.user?.name || who.user?.email || who.user?.id || "";
  const as = who.apiKey?.displayName ?? who.token?.subject ?? "";
  const head = (
    <div className="caller-card">
      <p className="truncate">{name}</p>
      <p className="faint truncate">
        {who.apiKey === undefined ? "token of" : "key"} {as}
      </p>
    </div>
  );
  return (
    <div className="caller">
      <Menu
        label="You"
        named
        className="caller-button"
        head={head}
        items={[{ label: "Sign out", icon: "out", onSelect: signOut }]}
      >
        <span className="avatar" aria-hidden="true">
          {[...name][0]?.toUpperCase()}
        </span>
        <span className="caller-name">
          <span className="truncate">{name}</span>
          <span className="faint truncate">{as}</span>
        </span>
      </Menu>
    </div>
  );
}
