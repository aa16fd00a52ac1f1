import { useEffect, useEffectEvent } from "react";

/** Ctrl or ⌘ with K opens the palette; a slash goes to the search of the view. */
export function useShortcuts(openPalette: () => void): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (document.querySelector("dialog[open]") === null) openPalette();
    } else if (event.key === "/" && !isTyping(event.target)) {
      const search = document.querySelector<HTMLInputElement>("[data-search]");
      if (search === null || document.querySelector("dialog[open]") !== null) return;
      event.preventDefault();
      search.focus();
      search.select();
    }
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => onKeyDown(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName))
  );
}
