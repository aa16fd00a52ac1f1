import { setParams } from "../../router/route.ts";
import { useHref } from "../../session/account.ts";
import { Button } from "../../ui/button.tsx";
import { Empty } from "../../ui/states.tsx";
import type { UserListQuery } from "./use-users.ts";

/** An empty list: because nobody fits, or because there is nobody yet. */
export function NoUsers({ list, onCreate }: { readonly list: UserListQuery; readonly onCreate: (() => void) | undefined }) {
  const href = useHref();
  if (list.query !== "" || list.filter !== "") {
    return (
      <Empty icon="search" title="Nobody fits">
        <p>Words find users whose name, e-mail, external id or id has a word that begins so.</p>
        <Button onClick={() => setParams({ q: "", filter: "" })}>Show all users</Button>
      </Empty>
    );
  }
  return (
    <Empty icon="users" title="No users yet">
      <p>
        Create one here, or <a href={href(["import"])}>import many</a>, as <code>roster import users.csv</code> does.
      </p>
      {onCreate && (
        <Button look="primary" icon="plus" onClick={onCreate}>
          Create user
        </Button>
      )}
    </Empty>
  );
}
