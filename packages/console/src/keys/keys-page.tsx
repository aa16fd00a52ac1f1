import { useMemo, useState } from "react";
import { ApiKeyService } from "../api/schema.ts";
import { useFilterFields } from "../api/use-filter-fields.ts";
import { setParams, useRoute } from "../router/route.ts";
import { useTitle } from "../router/use-title.ts";
import { useHref } from "../session/account.ts";
import { useMay } from "../session/session.ts";
import { Button } from "../ui/button.tsx";
import { ListTools } from "../ui/filter/list-tools.tsx";
import { contains, problemOfFilter, searched } from "../ui/filter/searched.ts";
import { Empty } from "../ui/states.tsx";
import { ListTable } from "../ui/table/list-table.tsx";
import { CreateKey } from "./form/create-key.tsx";
import { keyColumns } from "./key-columns.tsx";
import { useKeys } from "./use-keys.ts";

const VALUES = { role: ['"READER"', '"WRITER"', '"ADMIN"', '"SELF"'], require_nonce: ["true", "false"] };

/** The keys of the account in view. */
export function KeysPage() {
  useTitle("API keys");
  const { q = "", filter = "", sort = "" } = useRoute().params;
  const href = useHref();
  const mayCreate = useMay(ApiKeyService.method.createApiKey);
  const [creating, setCreating] = useState(false);
  const search = searchOf(q.trim());
  const pages = useKeys(searched(filter, search), sort);
  const columns = useMemo(() => keyColumns(href), [href]);
  const fields = useFilterFields(ApiKeyService.method.listApiKeys);
  const narrowed = q !== "" || filter !== "";
  return (
    <div className="page">
      <div className="page-head">
        <h1>API keys</h1>
        {mayCreate && (
          <Button look="primary" icon="plus" onClick={() => setCreating(true)}>
            Create key
          </Button>
        )}
      </div>
      <ListTools
        search={{ label: "Search keys", value: q }}
        filter={filter}
        placeholder='Filter, as role == "ADMIN" && !has(revoke_time)'
        fields={fields}
        values={VALUES}
        problem={problemOfFilter(pages.problem, search)}
      />
      <ListTable
        label="API keys"
        columns={columns}
        pages={pages}
        idOf={({ id }) => id}
        onOpen={({ id }) => window.location.assign(href(["keys", id]))}
        orderBy={sort}
        onOrder={(order) => setParams({ sort: order })}
        memory={`keys ${q} ${filter} ${sort}`}
        empty={
          <Empty icon="key" title={narrowed ? "No key fits" : "No keys"}>
            {narrowed ? (
              <>
                <p>The search looks into names, and for whole ids of keys and users.</p>
                <Button onClick={() => setParams({ q: "", filter: "" })}>Show all keys</Button>
              </>
            ) : (
              <p>A key lets a service call Roster on behalf of a user of this account.</p>
            )}
          </Empty>
        }
      />
      {creating && <CreateKey onClose={() => setCreating(false)} />}
    </div>
  );
}

function searchOf(text: string): string {
  if (text === "") return "";
  const word = JSON.stringify(text);
  return `${contains("display_name", text)} || id == ${word} || user_id == ${word}`;
}
