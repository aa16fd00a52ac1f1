import { useSyncExternalStore } from "react";

/**
 * Where in the console one is. It stands behind the `#` of the address, so that ids and filters get into no log of a server or a proxy, and
 * an id may be any text.
 */
export interface Route {
  /** `["users", "U01…", "history"]`, decoded. */
  readonly path: readonly string[];
  readonly params: Params;
}

/** Absent and empty are the same. */
export type Params = Readonly<Record<string, string | undefined>>;

export function useRoute(): Route {
  return parseHash(useSyncExternalStore(subscribe, currentHash));
}

export function currentRoute(): Route {
  return parseHash(currentHash());
}

/** `#/users/ada?account=A1` */
export function hashOf(path: readonly string[], params: Params = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value) query.set(name, value);
  }
  const text = query.toString();
  return `#/${path.map(encodeURIComponent).join("/")}${text === "" ? "" : `?${text}`}`;
}

/** `replace`: the step back does not lead here. */
export function navigate(hash: string, { replace = false } = {}): void {
  if (hash === currentHash()) return;
  if (replace) {
    history.replaceState(history.state, "", hash);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  } else {
    location.hash = hash;
  }
}

/** Changes some parameters of the route, and keeps the others. */
export function setParams(changes: Params): void {
  const { path, params } = currentRoute();
  navigate(hashOf(path, { ...params, ...changes }), { replace: true });
}

function currentHash(): string {
  return location.hash;
}

function subscribe(listener: () => void): () => void {
  window.addEventListener("hashchange", listener);
  return () => window.removeEventListener("hashchange", listener);
}

let known: { readonly hash: string; readonly route: Route } = { hash: "", route: { path: [], params: {} } };

/** The same route for the same hash, so that effects can depend on it. */
function parseHash(hash: string): Route {
  if (known.hash !== hash) {
    const [path = "", query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s, 2);
    const segments = path.split("/").filter((segment) => segment !== "");
    known = { hash, route: { path: segments.map(decode), params: Object.fromEntries(new URLSearchParams(query)) } };
  }
  return known.route;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
