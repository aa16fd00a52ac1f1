import { readFileSync } from "node:fs";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import { createLocalJWKSet, type JSONWebKeySet } from "jose";
import type { Role } from "../directory/keys/api-key.ts";
import type { UserKeyKind } from "../directory/users/user.ts";
import { messageOf } from "../directory/values/cause.ts";
import type { ClaimPath, ConsoleClient, Issuer, KeySource, Mapping, NewUserClaims } from "./issuer.ts";
import { ISSUERS_SCHEMA } from "./issuers-schema.ts";

/** The issuers file can't be used. The message names every mistake with its place. */
export class IssuersFileError extends Error {
  override readonly name = "IssuersFileError";
}

/** The issuers that a file names. Throws an IssuersFileError. */
export function readIssuersFile(path: string): Issuer[] {
  return parseIssuers(readText(path));
}

/** As `readIssuersFile`, from the text of the file. */
export function parseIssuers(text: string): Issuer[] {
  const document = parseJson(text);
  if (!isIssuersDocument(document)) {
    throw new IssuersFileError((isIssuersDocument.errors ?? []).filter(isTelling).map(describe).join("\n"));
  }
  const mistakes = document.issuers.flatMap((each, index, all) => mistakesOf(each, index, all));
  if (mistakes.length > 0) {
    throw new IssuersFileError(mistakes.join("\n"));
  }
  return document.issuers.map(toIssuer);
}

/** The file as it is written. */
interface IssuersDocument {
  readonly issuers: readonly IssuerDocument[];
}

interface IssuerDocument {
  readonly issuer: string;
  readonly jwks_uri?: string;
  readonly jwks?: JSONWebKeySet;
  readonly audiences: readonly string[];
  readonly algorithms?: readonly string[];
  readonly clock_tolerance_seconds?: number;
  readonly required_claims?: Readonly<Record<string, unknown>>;
  readonly account: MappingDocument<string>;
  readonly user: { readonly [K in "id" | "external_id" | "email"]?: ClaimDocument };
  readonly role?: MappingDocument<Role>;
  readonly create_users?: {
    readonly name?: ClaimDocument;
    readonly display_name?: ClaimDocument;
    readonly email?: ClaimDocument;
    readonly status?: "ACTIVE" | "INVITED";
  };
  readonly console?: {
    readonly client_id: string;
    readonly scope?: string;
    readonly name?: string;
    readonly origins?: readonly string[];
  };
}

type ClaimDocument = string | readonly string[];
type MappingDocument<T extends string> =
  | T
  | { readonly claim: ClaimDocument; readonly values?: Readonly<Record<string, T>>; readonly default?: T };

const DEFAULT_ALGORITHMS = ["RS256", "ES256", "EdDSA"];
const DEFAULT_TOLERANCE_SECONDS = 30;

const ajv = new Ajv2020({ allErrors: true, formats: { "issuer-url": isIssuerUrl, "issuer-origin": isIssuerOrigin } });
const isIssuersDocument = ajv.compile<IssuersDocument>(ISSUERS_SCHEMA);

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new IssuersFileError(`can't be read: ${messageOf(error)}`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new IssuersFileError(`is not JSON: ${messageOf(error)}`);
  }
}

/** Keys and tokens must not be read by others on the way: plain HTTP is for this machine only. */
function isIssuerUrl(text: string): boolean {
  if (!URL.canParse(text)) {
    return false;
  }
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname));
}

/** Not a pattern: it goes into a policy of the console's page, where `*` would be one. */
function isIssuerOrigin(text: string): boolean {
  return isIssuerUrl(text) && new URL(text).origin === text && !text.includes("*");
}

/** Of several alternatives, the errors of each say enough. */
function isTelling({ keyword }: ErrorObject): boolean {
  return keyword !== "oneOf" && keyword !== "anyOf";
}

function describe({ instancePath, keyword, message, params }: ErrorObject): string {
  const place = instancePath === "" ? "the file" : instancePath.slice(1).replaceAll("/", ".");
  if (keyword === "additionalProperties") {
    return `${place}: unknown name ${JSON.stringify(params["additionalProperty"])}`;
  }
  if (keyword === "enum") {
    return `${place}: must be one of ${(params["allowedValues"] as string[]).join(", ")}`;
  }
  return keyword === "format" ? `${place}: must be ${FORMATS[String(params["format"])]}` : `${place}: ${message}`;
}

const FORMATS: Readonly<Record<string, string>> = {
  "issuer-url": "an https URL",
  "issuer-origin": "an https origin, as https://login.example.com",
};

/** What the schema can't say. */
function mistakesOf(
  { issuer, jwks_uri, jwks, console }: IssuerDocument,
  index: number,
  all: readonly IssuerDocument[],
): string[] {
  const place = `issuers.${index}`;
  const mistakes: string[] = [];
  if (all.findIndex((other) => other.issuer === issuer) < index) mistakes.push(`${place}.issuer: is there twice`);
  if (jwks_uri !== undefined && jwks !== undefined) mistakes.push(`${place}: takes jwks_uri or jwks, not both`);
  if (console !== undefined && new URL(issuer).host.includes("*")) mistakes.push(`${place}.issuer: must name a host`);
  if (jwks !== undefined) mistakes.push(...keyMistakes(jwks).map((mistake) => `${place}.jwks: ${mistake}`));
  return mistakes;
}

function keyMistakes(jwks: JSONWebKeySet): string[] {
  if (jwks.keys.some((key) => key.kty === "oct")) {
    return ["has a shared secret (kty oct); only public keys are taken"];
  }
  if (jwks.keys.some((key) => "d" in key)) {
    return ["has a private key; only public keys are taken"];
  }
  try {
    createLocalJWKSet(jwks);
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}

function toIssuer(document: IssuerDocument): Issuer {
  return {
    url: document.issuer,
    keys: keySourceOf(document),
    audiences: document.audiences,
    algorithms: document.algorithms ?? DEFAULT_ALGORITHMS,
    clockToleranceSeconds: document.clock_tolerance_seconds ?? DEFAULT_TOLERANCE_SECONDS,
    requiredClaims: Object.entries(document.required_claims ?? {}).map(([name, value]) => ({ claim: [name], value })),
    account: toMapping(document.account),
    user: toUserKey(document.user),
    role: toMapping(document.role ?? "SELF"),
    newUser: document.create_users && toNewUser(document.create_users),
    console: document.console && toConsoleClient(document.issuer, document.console),
  };
}

function keySourceOf({ jwks, jwks_uri }: IssuerDocument): KeySource {
  if (jwks !== undefined) {
    return { kind: "inline", keys: jwks };
  }
  return jwks_uri === undefined ? { kind: "discovery" } : { kind: "remote", url: jwks_uri };
}

function toMapping<T extends string>(document: MappingDocument<T>): Mapping<T> {
  if (typeof document === "string") {
    return { fixed: document };
  }
  const values = document.values && new Map(Object.entries<T>(document.values));
  return { claim: toPath(document.claim), values, otherwise: document.default };
}

const USER_KEYS = { id: "id", external_id: "externalId", email: "email" } as const satisfies Record<string, UserKeyKind>;

function toUserKey(document: IssuerDocument["user"]): Issuer["user"] {
  for (const [name, kind] of Object.entries(USER_KEYS)) {
    const claim = document[name as keyof typeof USER_KEYS];
    if (claim !== undefined) return { kind, claim: toPath(claim) };
  }
  throw new Error("the schema demands one key");
}

function toNewUser({ name, display_name, email, status }: NonNullable<IssuerDocument["create_users"]>): NewUserClaims {
  return {
    name: toOptionalPath(name),
    displayName: toOptionalPath(display_name),
    email: toOptionalPath(email),
    status: status ?? "ACTIVE",
  };
}

function toConsoleClient(
  issuer: string,
  { client_id, scope, name, origins }: NonNullable<IssuerDocument["console"]>,
): ConsoleClient {
  return { clientId: client_id, scope: scope ?? "openid", name: name ?? new URL(issuer).host, origins: origins ?? [] };
}

function toPath(claim: ClaimDocument): ClaimPath {
  return typeof claim === "string" ? [claim] : claim;
}

function toOptionalPath(claim: ClaimDocument | undefined): ClaimPath | undefined {
  return claim === undefined ? undefined : toPath(claim);
}
