import type { ComponentProps } from "react";
import { Icon, type IconName } from "./icon.tsx";

type Look = "plain" | "primary" | "danger" | "quiet";

export interface ButtonProps extends ComponentProps<"button"> {
  readonly look?: Look;
  readonly icon?: IconName;
  /** Its work is under way: it can't be pressed again. */
  readonly busy?: boolean;
}

export function Button({ look = "plain", icon, busy = false, children, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      className={`button button-${look}`}
      disabled={disabled}
      aria-disabled={busy || undefined}
      aria-busy={busy || undefined}
      onClick={busy ? undefined : rest.onClick}
    >
      {icon !== undefined && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
      {busy && <span className="spinner" />}
    </button>
  );
}

/** A button that is an icon alone, with a name for everybody else. */
export function IconButton({
  label,
  icon,
  ...rest
}: Omit<ButtonProps, "look" | "busy"> & { readonly label: string; readonly icon: IconName }) {
  return (
    <button type="button" {...rest} className="icon-button" aria-label={label} title={label}>
      <Icon name={icon} />
    </button>
  );
}

/** A link that looks like a button. */
export function LinkButton({
  look = "plain",
  icon,
  children,
  ...rest
}: ComponentProps<"a"> & { readonly look?: Look; readonly icon?: IconName }) {
  return (
    <a {...rest} className={`button button-${look}`}>
      {icon !== undefined && <Icon name={icon} />}
      <span>{children}</span>
    </a>
  );
}
