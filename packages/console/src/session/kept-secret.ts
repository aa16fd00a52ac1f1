const NAME = "roster.secret";

/** A secret that was to be kept for this tab: it survives a reload, and ends with the tab. */
export function keptSecret(): string | undefined {
  return sessionStorage.getItem(NAME) ?? undefined;
}

export function keepSecret(secret: string): void {
  sessionStorage.setItem(NAME, secret);
}

export function forgetSecret(): void {
  sessionStorage.removeItem(NAME);
}
