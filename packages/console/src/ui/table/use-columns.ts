import { useState } from "react";
import type { Column } from "./column.ts";

export type Visibility = Readonly<Record<string, boolean>>;

/** Which columns are shown. Remembered in this browser, by the name of the table. */
export function useColumnVisibility<T>(name: string, columns: readonly Column<T>[]) {
  const [visibility, setVisibility] = useState<Visibility>(() => ({ ...defaultsOf(columns), ...stored(name) }));
  const toggle = (id: string) => {
    const changed = { ...visibility, [id]: visibility[id] === false };
    localStorage.setItem(keyOf(name), JSON.stringify(changed));
    setVisibility(changed);
  };
  return { visibility, toggle };
}

function defaultsOf<T>(columns: readonly Column<T>[]): Visibility {
  return Object.fromEntries(columns.map(({ id, hidden = false }) => [id, !hidden]));
}

function stored(name: string): Visibility {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(keyOf(name)) ?? "{}");
    return isVisibility(value) ? value : {};
  } catch {
    return {};
  }
}

function isVisibility(value: unknown): value is Visibility {
  return typeof value === "object" && value !== null && Object.values(value).every((each) => typeof each === "boolean");
}

function keyOf(name: string): string {
  return `roster.columns.${name}`;
}
