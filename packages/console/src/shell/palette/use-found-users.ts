import { useQuery } from "@connectrpc/connect-query";
import { keepPreviousData } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { UserService } from "../../api/schema.ts";
import { useAccountId } from "../../session/account.ts";
import { useMay } from "../../session/session.ts";
import { nameOf } from "../../users/user-names.ts";

const MOST = 6;
const PAUSE_MS = 120;

export interface FoundUser {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
}

/** The users that the words find, as one types. */
export function useFoundUsers(text: string): readonly FoundUser[] {
  const accountId = useAccountId();
  const may = useMay(UserService.method.listUsers);
  const [query, setQuery] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setQuery(text.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const searched = may && /[\p{L}\p{N}]/u.test(query);
  const { data } = useQuery(
    UserService.method.listUsers,
    { accountId, query, pageSize: MOST },
    { enabled: searched, placeholderData: keepPreviousData },
  );
  if (!searched || data === undefined) return [];
  return data.users.map((user) => ({ id: user.id, label: nameOf(user), hint: user.email || user.externalId || user.id }));
}
