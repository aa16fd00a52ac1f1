import { useState } from "react";
import { UserService } from "../../api/schema.ts";
import { useMay } from "../../session/session.ts";
import { Button } from "../../ui/button.tsx";
import type { UserListQuery } from "../../users/list/use-users.ts";
import { ExportDialog } from "./export-dialog.tsx";

/** Exports the users of a list. */
export function ExportButton({ list: { accountId, filter, showDeleted, query } }: { readonly list: UserListQuery }) {
  const may = useMay(UserService.method.listUsersChunked);
  const [open, setOpen] = useState(false);
  if (!may) return null;
  return (
    <>
      <Button icon="export" onClick={() => setOpen(true)}>
        Export
      </Button>
      {open && (
        <ExportDialog
          accountId={accountId}
          filter={filter}
          showDeleted={showDeleted}
          searched={query !== ""}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
