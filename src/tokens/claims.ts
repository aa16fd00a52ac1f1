import type { JWTPayload } from "jose";
import { ROLES, type Role } from "../directory/keys/api-key.ts";
import type { UserValues } from "../directory/users/user.ts";
import type { ClaimPath, Issuer, Mapping } from "./issuer.ts";

/** A token is genuine, but its claims do not lead to a caller. The message is for the log. */
export class ClaimsRefused extends Error {
  override readonly name = "ClaimsRefused";
}

/** The value at a path of claims; undefined where there is none. */
export function claimAt(claims: JWTPayload, path: ClaimPath): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined,
    claims,
  );
}

/** Throws ClaimsRefused if a claim that the issuer's tokens must have is absent or has another value. */
export function assertRequiredClaims(claims: JWTPayload, { requiredClaims }: Pick<Issuer, "requiredClaims">): void {
  for (const { claim, value } of requiredClaims) {
    const found = claimAt(claims, claim);
    const matches = value === null ? found !== undefined : textsOf(found).includes(String(value));
    if (!matches) {
      throw new ClaimsRefused(`the claim ${claim.join(".")} is not as required`);
    }
  }
}

/** The account that the claims stand for. */
export function accountOf(claims: JWTPayload, { account }: Pick<Issuer, "account">): string {
  const [first, ...others] = new Set(mapped(claims, account));
  if (first === undefined || others.length > 0) {
    throw new ClaimsRefused(
      first === undefined ? "no claim stands for an account" : "the claims stand for several accounts",
    );
  }
  return first;
}

/** The highest role that the claims stand for. */
export function roleOf(claims: JWTPayload, { role }: Pick<Issuer, "role">): Role {
  const roles = mapped(claims, role);
  const highest = ROLES.findLast((each) => roles.includes(each));
  if (highest === undefined) {
    throw new ClaimsRefused("no claim stands for a role");
  }
  return highest;
}

/** The key of the user that the claims name. */
export function userKeyOf(claims: JWTPayload, { user: { kind, claim } }: Pick<Issuer, "user">): string {
  const key = claimAt(claims, claim);
  if (typeof key !== "string" || key === "") {
    throw new ClaimsRefused(`the claim ${claim.join(".")} names no user`);
  }
  if (kind === "email" && !hasVerifiedEmail(claims)) {
    throw new ClaimsRefused("the e-mail address is not verified");
  }
  return key;
}

/** What a user is made of that the claims tell of; undefined if the issuer's subjects are not made users. */
export function newUserOf(claims: JWTPayload, { newUser }: Pick<Issuer, "newUser">): Partial<UserValues> | undefined {
  if (newUser === undefined) {
    return undefined;
  }
  const { status, email, ...others } = newUser;
  // Whoever is found by an e-mail address later must be the one who owns it.
  const paths = hasVerifiedEmail(claims) ? { ...others, email } : others;
  const texts = Object.entries(paths).flatMap(([field, path]) => {
    const value = path && claimAt(claims, path);
    return typeof value === "string" && value !== "" ? [[field, value] as const] : [];
  });
  return { ...Object.fromEntries(texts), status };
}

/** Some providers write truth values as text. */
function hasVerifiedEmail(claims: JWTPayload): boolean {
  return String(claims["email_verified"]) === "true";
}

function mapped<T extends string>(claims: JWTPayload, mapping: Mapping<T>): T[] {
  if ("fixed" in mapping) {
    return [mapping.fixed];
  }
  const { claim, values, otherwise } = mapping;
  const texts = textsOf(claimAt(claims, claim));
  // Without a table the text is the value: of accounts only, whose values are any text.
  const found = values === undefined ? (texts as T[]) : texts.flatMap((text) => values.get(text) ?? []);
  return found.length > 0 || otherwise === undefined ? found : [otherwise];
}

/** The texts of a claim that is a list, or one text. Other values count by their spelling. */
function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]).map(String);
}
