import { useMemo } from "react";
import type { User } from "../../api/schema.ts";
import { keyColumns } from "../../keys/key-columns.tsx";
import { useKeys } from "../../keys/use-keys.ts";
import { useHref } from "../../session/account.ts";
import { Empty } from "../../ui/states.tsx";
import { ListTable } from "../../ui/table/list-table.tsx";

/** The keys that act for a user. */
export function KeysTab({ user }: { readonly user: User }) {
  const href = useHref();
  const pages = useKeys(`user_id == ${JSON.stringify(user.id)}`, "");
  const columns = useMemo(() => keyColumns(href).filter(({ id }) => id !== "user"), [href]);
  return (
    <section className="tab-panel" aria-label="API keys">
      <ListTable
        label="API keys"
        columns={columns}
        pages={pages}
        idOf={({ id }) => id}
        onOpen={({ id }) => window.location.assign(href(["keys", id]))}
        empty={
          <Empty icon="key" title="No keys">
            No key acts on behalf of this user.
          </Empty>
        }
      />
    </section>
  );
}
