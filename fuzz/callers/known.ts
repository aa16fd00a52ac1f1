import type { Random } from "../../test/server/random.ts";

/** Kinds of values that requests repeat from answers. */
export const KINDS = [
  "user",
  "session",
  "api_key",
  "account",
  "external_id",
  "email",
  "page_token",
  "resume_token",
  "change_token",
  "etag",
  "nonce",
  "revision",
  "slug",
] as const;

export type Kind = (typeof KINDS)[number];

const MOST_OF_A_KIND = 200;

/** Values that answers have shown, by kind. New ones take the places of old ones. */
export class Known {
  readonly #values = new Map<Kind, string[]>(KINDS.map((kind) => [kind, []]));
  readonly #learned = new Map<Kind, number>();
  /** Never learned: what the callers stand on. */
  readonly #kept = new Set<string>();

  keep(value: string): void {
    this.#kept.add(value);
  }

  learn(kind: Kind, value: string): void {
    const values = this.#values.get(kind);
    if (value === "" || this.#kept.has(value) || values?.includes(value) !== false) return;
    const count = this.#learned.get(kind) ?? 0;
    this.#learned.set(kind, count + 1);
    values[count % MOST_OF_A_KIND] = value;
  }

  /** Undefined: none is known. */
  any(kind: Kind, random: Random): string | undefined {
    const values = this.#values.get(kind) ?? [];
    return values[random.below(values.length)];
  }

  forget(): void {
    for (const values of this.#values.values()) values.length = 0;
    this.#learned.clear();
  }
}
