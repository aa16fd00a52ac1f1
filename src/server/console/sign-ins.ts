/** An identity provider at which people sign in to the console. */
export interface ConsoleSignIn {
  readonly issuer: string;
  /** What the provider calls the console: a public client, without a secret. */
  readonly clientId: string;
  readonly scope: string;
  /** What the button says behind "Sign in with". */
  readonly name: string;
  /** Where the page may call besides the issuer: the origin of its token endpoint, if it is another. */
  readonly origins: readonly string[];
}

/** The origins that a page must be let call to sign in. */
export function originsOf(signIns: readonly ConsoleSignIn[]): string[] {
  return [...new Set(signIns.flatMap(({ issuer, origins }) => [new URL(issuer).origin, ...origins]))];
}
