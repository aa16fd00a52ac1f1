import { create } from "@bufbuild/protobuf";
import { createConnectQueryKey, useQuery, useTransport } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import type { WatchState } from "../../api/follow.ts";
import {
  type GetUserResponse,
  GetUserResponseSchema,
  type User,
  type UserChange,
  UserChangeType,
  UserService,
} from "../../api/schema.ts";
import { useAccountId } from "../../session/account.ts";
import { useWatch } from "../use-watch.ts";

export interface LiveUser {
  readonly user: User | undefined;
  readonly error: unknown;
  readonly retry: () => void;
  readonly state: WatchState;
  /** It was erased while it was looked at. */
  readonly purged: boolean;
  /** The fields that have just changed. */
  readonly lit: ReadonlySet<string>;
  /** Changes since the page was opened, the last one last. */
  readonly changes: readonly UserChange[];
}

const FLASH_MS = 2_600;
const NOTHING: ReadonlySet<string> = new Set();

/** A user, live or deleted, as it is at the moment. */
export function useUser(id: string): LiveUser {
  const accountId = useAccountId();
  const transport = useTransport();
  const client = useQueryClient();
  const input = { accountId, key: { case: "id", value: id }, showDeleted: true } as const;
  const { data, error, refetch } = useQuery(UserService.method.getUser, input, { structuralSharing: newest });
  const [purged, setPurged] = useState(false);
  const [lit, setLit] = useState(NOTHING);
  const [changes, setChanges] = useState<readonly UserChange[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const key = createConnectQueryKey({ schema: UserService.method.getUser, input, transport, cardinality: "finite" });

  const onChanges = (all: readonly UserChange[]) => {
    const own = all.filter(({ userId }) => userId === id);
    const last = own.at(-1);
    if (last === undefined) return;
    setPurged(last.type === UserChangeType.PURGED);
    setChanges((before) => [...before, ...own]);
    if (last.user === undefined) return;
    const { user, revision } = last;
    client.setQueryData<GetUserResponse>(key, create(GetUserResponseSchema, { user, revision }));
    setLit(new Set(own.flatMap(({ changedFields }) => changedFields)));
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setLit(NOTHING), FLASH_MS);
  };
  const state = useWatch({ accountId, filter: `id == ${JSON.stringify(id)}`, onChanges, onGap: () => void refetch() });
  return { user: data?.user, error, retry: () => void refetch(), state, purged, lit, changes };
}

/** An answer that was under way may be older than a change that has come meanwhile. */
function newest(before: unknown, after: unknown): unknown {
  const [known, read] = [before as GetUserResponse | undefined, after as GetUserResponse];
  return (known?.revision ?? 0n) > read.revision ? known : read;
}
