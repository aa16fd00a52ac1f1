import { useEffect, useEffectEvent } from "react";
import { Icon } from "./icon.tsx";

interface ArrivalsProps {
  /** How many have come since the list was read. */
  readonly count: number;
  /** `["new user", "new users"]` */
  readonly names: readonly [one: string, many: string];
  readonly table: { readonly current: HTMLElement | null };
  /** New ones are at the top: they may be shown by themselves while nobody is at the list. */
  readonly atOnce: boolean;
  readonly onShow: () => unknown;
}

const PACE_MS = 1_000;

/** Says that there is more than the list shows. It moves only if nobody points at it, reads further below, or is in it by keyboard. */
export function Arrivals({ count, names: [one, many], table, atOnce, onShow }: ArrivalsProps) {
  const showIfLeftAlone = useEffectEvent(() => {
    if (isLeftAlone(table.current)) onShow();
  });
  const some = count > 0;
  useEffect(() => {
    if (!some || !atOnce) return;
    const timer = setInterval(() => showIfLeftAlone(), PACE_MS);
    return () => clearInterval(timer);
  }, [some, atOnce]);
  return (
    <div className="arrivals" role="status">
      {count > 0 && (
        <button type="button" className="arrivals-button" onClick={() => onShow()}>
          <Icon name="refresh" size={13} />
          {count === 1 ? `1 ${one}` : `${count.toLocaleString("en")} ${many}`}, show
        </button>
      )}
    </div>
  );
}

function isLeftAlone(place: HTMLElement | null): boolean {
  const grid = place?.querySelector('[role="grid"]');
  const used = place?.matches(":hover") || place?.contains(document.activeElement);
  return !used && (grid?.scrollTop ?? 0) === 0;
}
