import type { Account } from "../api/schema.ts";

/** What an account is called where there is room for one name. */
export function accountName({ name, slug, id }: Account): string {
  return name || slug || id;
}
