import { entityTag, type ShownUser } from "../users/resource.ts";
import { preconditionFailed } from "./errors.ts";

/** Which states of a resource a request is about (RFC 9110, section 13). Tags are compared weakly: SCIM's are weak. */
export interface Preconditions {
  /** Undefined: any. */
  readonly ifMatch?: TagSet | undefined;
  readonly ifNoneMatch?: TagSet | undefined;
}

type TagSet = "*" | readonly string[];

export function parsePreconditions(header: Pick<Headers, "get">): Preconditions {
  return { ifMatch: parseTags(header.get("if-match")), ifNoneMatch: parseTags(header.get("if-none-match")) };
}

/** Tags without what makes them weak. Some clients leave out the quotes. */
export function parseTags(text: string | null | undefined): TagSet | undefined {
  if (text === null || text === undefined) {
    return undefined;
  }
  const tags = text.split(",").map((tag) =>
    tag
      .trim()
      .replace(/^W\//, "")
      .replace(/^"(.*)"$/, "$1"),
  );
  return tags.includes("*") ? "*" : tags;
}

/** Throws ETAG_MISMATCH. */
export function assertPreconditions({ ifMatch, ifNoneMatch }: Preconditions, user: ShownUser): void {
  if (!(ifMatch === undefined || has(ifMatch, user)) || isKnown({ ifNoneMatch }, user)) {
    throw preconditionFailed(entityTag(user));
  }
}

/** Whether the client has this state already. */
export function isKnown({ ifNoneMatch }: Preconditions, user: ShownUser): boolean {
  return ifNoneMatch !== undefined && has(ifNoneMatch, user);
}

function has(tags: TagSet, { etag }: ShownUser): boolean {
  return tags === "*" || tags.includes(etag);
}
