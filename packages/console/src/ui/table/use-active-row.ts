import { type KeyboardEvent, useState } from "react";

const PAGE = 12;

/** The row that the keyboard is at. */
export function useActiveRow(count: number, reveal: (index: number) => void) {
  const [active, setActive] = useState(0);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.altKey || event.ctrlKey || event.metaKey) return;
    const to = {
      ArrowDown: active + 1,
      j: active + 1,
      ArrowUp: active - 1,
      k: active - 1,
      PageDown: active + PAGE,
      PageUp: active - PAGE,
      Home: 0,
      End: count - 1,
    }[event.key];
    if (to === undefined || count === 0) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(count - 1, to));
    setActive(next);
    reveal(next);
  };
  return { active: Math.min(active, Math.max(0, count - 1)), setActive, onKeyDown };
}
