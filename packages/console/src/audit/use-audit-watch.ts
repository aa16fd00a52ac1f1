import { createClient, type Transport } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { useEffect, useEffectEvent, useState } from "react";
import { follow, type WatchState } from "../api/follow.ts";
import { type AuditEntry, AuditService } from "../api/schema.ts";
import { useAccountId } from "../session/account.ts";
import { useMay, useSession } from "../session/session.ts";

interface AuditWatch {
  /** Undefined: nothing is followed. */
  readonly filter: string | undefined;
  readonly onEntries: (entries: readonly AuditEntry[]) => void;
  readonly onGap: () => void;
}

const placesOf = new WeakMap<Transport, Map<string, string>>();

/** Follows the audit log of the account in view for as long as the component is there. */
export function useAuditWatch({ filter, onEntries, onGap }: AuditWatch): WatchState {
  const accountId = useAccountId();
  const transport = useTransport();
  const { noteFailure } = useSession();
  const may = useMay(AuditService.method.watchAuditEntries);
  const [state, setState] = useState<WatchState>("connecting");
  const came = useEffectEvent(onEntries);
  const missed = useEffectEvent(onGap);
  useEffect(() => {
    if (!may || filter === undefined) return;
    const client = createClient(AuditService, transport);
    const places = placesOf.get(transport) ?? new Map<string, string>();
    placesOf.set(transport, places);
    return follow({
      open: (token, signal) => {
        const start =
          token === "" ? ({ case: "fromNow", value: true } as const) : ({ case: "resumeToken", value: token } as const);
        return client.watchAuditEntries({ accountId, filter, start }, { signal });
      },
      tokenOf: ({ resumeToken }) => resumeToken,
      onMessage: ({ entries }) => entries.length > 0 && came(entries),
      onState: setState,
      onFailure: noteFailure,
      onGap: () => missed(),
      places,
      place: JSON.stringify([accountId, filter]),
    });
  }, [transport, accountId, filter, may, noteFailure]);
  return may && filter !== undefined ? state : "broken";
}
