import { createClient, type Transport } from "@connectrpc/connect";
import { follow, type WatchState } from "./follow.ts";
import { type UserChange, UserService } from "./schema.ts";

interface WatchOptions {
  readonly accountId: string;
  readonly filter: string;
  readonly onChanges: (changes: readonly UserChange[]) => void;
  readonly onState: (state: WatchState) => void;
  /** It has ended, and no other attempt would help. */
  readonly onFailure: (error: unknown) => void;
  /** Changes before now were not seen: what was read before must be read anew. */
  readonly onGap: () => void;
}

/** The place in the changes of an account after what was last seen of it, so that a list that is opened again goes on there. */
const placesOf = new WeakMap<Transport, Map<string, string>>();

/** Follows the users of an account from now on, until what it returns is called. */
export function watchUsers(transport: Transport, options: WatchOptions): () => void {
  const client = createClient(UserService, transport);
  const { accountId, filter, onChanges, onState, onFailure, onGap } = options;
  const places = placesOf.get(transport) ?? new Map<string, string>();
  placesOf.set(transport, places);
  return follow({
    open: (token, signal) => {
      const start =
        token === "" ? ({ case: "fromNow", value: true } as const) : ({ case: "changeToken", value: token } as const);
      return client.watchUsers({ accountId, filter, start }, { signal });
    },
    tokenOf: ({ changeToken }) => changeToken,
    onMessage: ({ changes }) => changes.length > 0 && onChanges(changes),
    onState,
    onFailure,
    onGap,
    places,
    place: JSON.stringify([accountId, filter]),
  });
}
