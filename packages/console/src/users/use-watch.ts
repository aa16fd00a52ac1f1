import { useTransport } from "@connectrpc/connect-query";
import { useEffect, useEffectEvent, useState } from "react";
import type { WatchState } from "../api/follow.ts";
import type { UserChange } from "../api/schema.ts";
import { UserService } from "../api/schema.ts";
import { watchUsers } from "../api/watch-users.ts";
import { useMay, useSession } from "../session/session.ts";

interface Watch {
  readonly accountId: string;
  /** Undefined: nobody is followed. */
  readonly filter: string | undefined;
  readonly onChanges: (changes: readonly UserChange[]) => void;
  readonly onGap: () => void;
}

/** Follows users for as long as the component is there. */
export function useWatch({ accountId, filter, onChanges, onGap }: Watch): WatchState {
  const transport = useTransport();
  const { noteFailure } = useSession();
  const may = useMay(UserService.method.watchUsers);
  const [state, setState] = useState<WatchState>("connecting");
  const changed = useEffectEvent(onChanges);
  const missed = useEffectEvent(onGap);
  useEffect(() => {
    if (!may || filter === undefined) return;
    return watchUsers(transport, {
      accountId,
      filter,
      onChanges: (changes) => changed(changes),
      onGap: () => missed(),
      onState: setState,
      onFailure: noteFailure,
    });
  }, [transport, accountId, filter, may, noteFailure]);
  return may && filter !== undefined ? state : "broken";
}
