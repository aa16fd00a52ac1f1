import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { Icon, type IconName } from "./icon.tsx";

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  readonly danger?: boolean;
  /** Present: the item is one of those that can be on or off. */
  readonly checked?: boolean;
  readonly onSelect: () => void;
}

interface MenuProps {
  readonly label: string;
  /** What stands in the button. */
  readonly children: ReactNode;
  readonly className?: string;
  /** What stands in the button names it well enough. */
  readonly named?: boolean;
  readonly items: readonly MenuItem[];
  /** Above the items. */
  readonly head?: ReactNode;
}

/** A button that opens a list of actions, by the rules of WAI-ARIA for menu buttons. */
export function Menu({ label, children, className = "icon-button", named = false, items, head }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  useCloseOutside(root, open, () => setOpen(false));
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <div className="menu" ref={root}>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={named ? undefined : label}
        title={label}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {children}
      </button>
      {open && (
        <div className="menu-panel">
          {head}
          <MenuList id={id} label={label} items={items} close={close} />
        </div>
      )}
    </div>
  );
}

function MenuList({
  id,
  label,
  items,
  close,
}: {
  readonly id: string;
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly close: () => void;
}) {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => list.current?.querySelector("button")?.focus(), []);
  const move = (event: KeyboardEvent) => {
    const buttons = [...(list.current?.querySelectorAll("button") ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") close();
    if (to === undefined) return;
    event.preventDefault();
    buttons.at(to % buttons.length)?.focus();
  };
  return (
    <div ref={list} id={id} role="menu" aria-label={label} tabIndex={-1} onKeyDown={move}>
      {items.map(({ label: text, icon, danger = false, checked, onSelect }) => (
        <button
          key={text}
          type="button"
          {...(checked === undefined ? { role: "menuitem" } : { role: "menuitemcheckbox", "aria-checked": checked })}
          tabIndex={-1}
          className={`menu-item ${danger ? "menu-danger" : ""}`}
          onClick={() => {
            if (checked === undefined) close();
            onSelect();
          }}
        >
          {checked !== undefined ? (
            <span className="menu-check">{checked && <Icon name="check" />}</span>
          ) : (
            icon && <Icon name={icon} />
          )}
          <span>{text}</span>
        </button>
      ))}
    </div>
  );
}

function useCloseOutside(root: { readonly current: HTMLElement | null }, open: boolean, close: () => void): void {
  useEffect(() => {
    if (!open) return;
    const leave = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) close();
    };
    document.addEventListener("pointerdown", leave);
    document.addEventListener("focusin", leave);
    return () => {
      document.removeEventListener("pointerdown", leave);
      document.removeEventListener("focusin", leave);
    };
  });
}
