import type { ListKey } from "../../directory/lists/order.ts";

/** What is known of a list at one revision of its account: as long as that is the same, so is the list. */
export interface KnownList {
  readonly revision: number;
  /** Undefined: it has not been counted. */
  total: number | undefined;
  readonly places: Places;
}

/** Places in a list, by how many users are before them. */
export class Places {
  readonly #keys = new Map<number, ListKey>();

  /** The last place that is not behind so many users. Undefined: the beginning. */
  nearest(index: number): { readonly index: number; readonly key: ListKey } | undefined {
    let found: { index: number; key: ListKey } | undefined;
    for (const [known, key] of this.#keys) {
      if (known <= index && known > (found?.index ?? 0)) found = { index: known, key };
    }
    return found;
  }

  /** The place behind the user with the key. */
  note(index: number, key: ListKey): void {
    this.#keys.delete(index);
    this.#keys.set(index, key);
    const [oldest] = this.#keys.keys();
    if (this.#keys.size > MAX_PLACES && oldest !== undefined) this.#keys.delete(oldest);
  }
}

const MAX_PLACES = 16;
const MAX_LISTS = 100;

/** Lists that were asked for lately. Clients turn pages by counting: without it, each page would count all users, and pass all before it. */
export class ListMemory {
  readonly #lists = new Map<string, KnownList>();

  /** `name`: the same for the same list, whatever is in it. */
  recall(name: string, revision: number): KnownList {
    const known = this.#lists.get(name);
    const list = known?.revision === revision ? known : { revision, total: undefined, places: new Places() };
    this.#lists.delete(name);
    this.#lists.set(name, list);
    const [oldest] = this.#lists.keys();
    if (this.#lists.size > MAX_LISTS && oldest !== undefined) this.#lists.delete(oldest);
    return list;
  }
}
