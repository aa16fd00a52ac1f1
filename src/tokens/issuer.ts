import type { JSONWebKeySet } from "jose";
import type { Role } from "../directory/keys/api-key.ts";
import type { UserKeyKind, UserStatus } from "../directory/users/user.ts";

/** An identity provider whose tokens are taken, as the issuers file describes it. */
export interface Issuer {
  /** What tokens have as `iss`, to the letter. */
  readonly url: string;
  readonly keys: KeySource;
  /** A token must be meant for one of them (`aud`). */
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  readonly clockToleranceSeconds: number;
  /** Claims that a token must have, with these values; null: with any. */
  readonly requiredClaims: ReadonlyArray<{ readonly claim: ClaimPath; readonly value: unknown }>;
  readonly account: Mapping<string>;
  /** Which claim is compared with which key of users. An e-mail address counts only if the token calls it verified. */
  readonly user: { readonly kind: UserKeyKind; readonly claim: ClaimPath };
  readonly role: Mapping<Role>;
  /** How an unknown subject becomes a user at its first call. Undefined: it is refused. */
  readonly newUser: NewUserClaims | undefined;
  /** How people sign in to the console there. Undefined: they do not. */
  readonly console: ConsoleClient | undefined;
}

/** The console as the issuer knows it: a public client, without a secret. */
export interface ConsoleClient {
  readonly clientId: string;
  readonly scope: string;
  /** What people call the issuer. */
  readonly name: string;
  /** Origins of its endpoints, where they are others than its own. */
  readonly origins: readonly string[];
}

/** Where the public keys of an issuer come from: its discovery document, the place of its keys, or the file itself. */
export type KeySource =
  | { readonly kind: "discovery" }
  | { readonly kind: "remote"; readonly url: string }
  | { readonly kind: "inline"; readonly keys: JSONWebKeySet };

/** One value for all tokens, or the value that a claim stands for; without `values` the text of the claim itself. */
export type Mapping<T> =
  | { readonly fixed: T }
  | { readonly claim: ClaimPath; readonly values: ReadonlyMap<string, T> | undefined; readonly otherwise: T | undefined };

/** The name of a claim, or the way to one within claims that are objects. */
export type ClaimPath = readonly string[];

export interface NewUserClaims {
  readonly name: ClaimPath | undefined;
  readonly displayName: ClaimPath | undefined;
  readonly email: ClaimPath | undefined;
  readonly status: Exclude<UserStatus, "SUSPENDED">;
}
