import { useMemo, useState } from "react";
import { AccountService } from "../api/schema.ts";
import { useFilterFields } from "../api/use-filter-fields.ts";
import { setParams, useRoute } from "../router/route.ts";
import { useTitle } from "../router/use-title.ts";
import { useHref } from "../session/account.ts";
import { Button } from "../ui/button.tsx";
import { ListTools } from "../ui/filter/list-tools.tsx";
import { contains, problemOfFilter, searched } from "../ui/filter/searched.ts";
import { Empty } from "../ui/states.tsx";
import { ListTable } from "../ui/table/list-table.tsx";
import { accountColumns } from "./account-columns.tsx";
import { CreateAccount } from "./form/create-account.tsx";
import { useAccounts } from "./use-accounts.ts";

const VALUES = { status: ['"ACTIVE"', '"SUSPENDED"'] };

/** All accounts, for super admins. */
export function AccountsPage() {
  useTitle("Accounts");
  const { q = "", filter = "", sort = "" } = useRoute().params;
  const href = useHref();
  const [creating, setCreating] = useState(false);
  const search = searchOf(q.trim());
  const pages = useAccounts(searched(filter, search), sort);
  const columns = useMemo(() => accountColumns((id) => href(["accounts", id])), [href]);
  const fields = useFilterFields(AccountService.method.listAccounts);
  return (
    <div className="page">
      <div className="page-head">
        <h1>Accounts</h1>
        <Button look="primary" icon="plus" onClick={() => setCreating(true)}>
          Create account
        </Button>
      </div>
      <ListTools
        search={{ label: "Search accounts", value: q }}
        filter={filter}
        placeholder='Filter, as status == "SUSPENDED"'
        fields={fields}
        values={VALUES}
        problem={problemOfFilter(pages.problem, search)}
      />
      <ListTable
        label="Accounts"
        columns={columns}
        pages={pages}
        idOf={({ id }) => id}
        onOpen={({ id }) => window.location.assign(href(["accounts", id]))}
        orderBy={sort}
        onOrder={(order) => setParams({ sort: order })}
        memory={`accounts ${q} ${filter} ${sort}`}
        empty={
          <Empty icon="search" title="No account fits">
            <p>The search looks into names and slugs, for whole ids too.</p>
            <Button onClick={() => setParams({ q: "", filter: "" })}>Show all accounts</Button>
          </Empty>
        }
      />
      {creating && <CreateAccount onClose={() => setCreating(false)} />}
    </div>
  );
}

/** Slugs are in lower case, and mostly come from the name. */
function searchOf(text: string): string {
  if (text === "") return "";
  const [word, slug] = [JSON.stringify(text), JSON.stringify(text.toLowerCase().replaceAll(/\s+/g, "-"))];
  return `${contains("name", text)} || slug.contains(${slug}) || id == ${word}`;
}
